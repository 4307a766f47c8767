"""From a push to a cutover, step by step."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.codebuild.exceptions import ResourceNotFoundException

from tealform_harness.aws_emulator.codebuild.backend import BuildBackend
from tealform_harness.aws_emulator.codebuild.buildspec import Variable
from tests.unit.aws_emulator.clients import ACCOUNT, REGION, client, listen, role
from tests.unit.aws_emulator.pipelines import pipeline
from tests.unit.aws_emulator.shop import Shop, container, task_definition

Json = dict[str, Any]

IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop@sha256:{'a' * 64}"
ARN = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:web"
NO_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
APPSPEC = """
version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo: {ContainerName: web, ContainerPort: 8080}
"""


def archive(files: Mapping[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zipped:
        for name, text in files.items():
            zipped.writestr(name, text)
    return content.getvalue()


def exported(**changes: str) -> dict[str, str]:
    """What a build exports, with ``changes`` by file name; an empty text takes a file away."""
    files = {
        "imageDetail.json": json.dumps({"ImageURI": IMAGE}),
        "taskdef.json": json.dumps(task_definition(containerDefinitions=[container(image="<IMAGE1_NAME>")])),
        "appspec.yml": APPSPEC,
        **changes,
    }
    return {name: text for name, text in files.items() if text}


@dataclass(frozen=True)
class Built:
    """A build, as far as a pipeline looks at it."""

    succeeded: bool
    artifact: bytes | None
    output: str
    metadata: Mapping[str, Any] = field(default_factory=lambda: {"id": "web:1"})
    exported: Mapping[str, str] = field(default_factory=dict)


class Delivery:
    """A repository, a build that exports what it is told, and the pipeline between them and the shop."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.files: dict[str, str] = exported()
        self.log = ""
        self.built: list[tuple[bytes, str]] = []
        shop.create_service()
        shop.create_application()
        shop.codedeploy.create_deployment_group(**shop.deployment_group())
        client("codecommit").create_repository(repositoryName="web")
        client("s3").create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": REGION})
        self.key = shop.network.key
        self.role = role("pipeline", "codepipeline.amazonaws.com")

    def run_build(
        self, project: str, source: bytes, source_version: str, _: list[Variable], others: Mapping[str, bytes]
    ) -> Built:
        assert not others
        if project != "web":
            raise ResourceNotFoundException(f"Project cannot be found: {project}")
        self.built.append((source, source_version))
        return Built(not self.log, None if self.log else archive(self.files), self.log)

    def create(self, **changes: Any) -> None:
        """Create the pipeline; what it does by itself at first is over when this returns."""
        store = {"type": "S3", "location": "artifacts", "encryptionKey": {"type": "KMS", "id": self.key}}
        asked = {**pipeline(self.role), "artifactStore": store, "executionMode": "SUPERSEDED", **changes}
        client("codepipeline").create_pipeline(pipeline=asked)
        while self.executions()[-1]["status"] == "InProgress":
            pass

    def push(self, text: str = "hello") -> str:
        """Pushes a commit to the branch; returns its id."""
        codecommit = client("codecommit")
        try:
            parent = codecommit.get_branch(repositoryName="web", branchName="main")["branch"]["commitId"]
        except ClientError:
            parent = None
        asked = {"repositoryName": "web", "branchName": "main", "filePath": "a", "fileContent": text.encode()}
        made = codecommit.put_file(**asked, **({"parentCommitId": parent} if parent else {}))
        return str(made["commitId"])

    def start(self) -> str:
        return str(client("codepipeline").start_pipeline_execution(name="web")["pipelineExecutionId"])

    def executions(self) -> list[Json]:
        """All executions, newest first; each goes on by a step."""
        return list(client("codepipeline").list_pipeline_executions(pipelineName="web")["pipelineExecutionSummaries"])

    def states(self) -> dict[str, Json]:
        """The latest run of each action; each execution goes on by a step."""
        stages = client("codepipeline").get_pipeline_state(name="web")["stageStates"]
        return {
            action["actionName"]: action.get("latestExecution", {})
            for stage in stages
            for action in stage["actionStates"]
        }

    def until(self, action: str, status: str) -> Json:
        """Let the executions go on until an action has that status."""
        for _ in range(40):
            state = self.states()[action]
            if state.get("status") == status and (action != "Approve" or status != "InProgress" or "token" in state):
                return state
        raise AssertionError(f"{action} never {status}: {self.states()}")

    def approve(self, status: str = "Approved", token: str | None = None) -> None:
        token = token or self.until("Approve", "InProgress")["token"]
        client("codepipeline").put_approval_result(
            pipelineName="web",
            stageName="Approval",
            actionName="Approve",
            token=token,
            result={"summary": "as agreed", "status": status},
        )

    def failure(self, action: str) -> str:
        """Start an execution, approve it where it must be, and return why that action fails."""
        self.start()
        if action == "Deploy":
            self.approve()
        while self.executions()[0]["status"] == "InProgress":
            pass
        return str(self.until(action, "Failed")["errorDetails"]["message"])


@pytest.fixture
def delivery(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    made = Delivery(shop)
    monkeypatch.setattr(BuildBackend, "run_build", lambda _, *asked: made.run_build(*asked))
    return made


def start_by_push(enabled: bool = True, service: str = "events.amazonaws.com", allowed: str = ARN) -> None:
    """Let pushes start the pipeline."""
    statement = {"Effect": "Allow", "Action": "codepipeline:StartPipelineExecution", "Resource": allowed}
    pattern = {"source": ["aws.codecommit"], "detail": {"referenceName": ["main"]}}
    events = client("events")
    events.put_rule(Name="push", EventPattern=json.dumps(pattern), State="ENABLED" if enabled else "DISABLED")
    target = {"Id": "pipeline", "Arn": ARN, "RoleArn": role("push", service, statement)}
    events.put_targets(Rule="push", Targets=[target])


def test_a_push_ends_in_a_cutover(shop: Shop, delivery: Delivery) -> None:
    delivery.create()
    start_by_push()
    commit = delivery.push()
    delivery.approve()
    delivery.until("Deploy", "Succeeded")
    newest = delivery.executions()[0]
    assert (newest["status"], newest["trigger"]["triggerType"]) == ("Succeeded", "CloudWatchEvent")
    assert [revision["revisionId"] for revision in newest["sourceRevisions"]] == [commit]
    service = shop.service()
    released = shop.ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    assert (released["revision"], released["containerDefinitions"][0]["image"]) == (2, IMAGE)
    assert shop.weights(shop.production_rule) == {"green": 100, "blue": 0}


def test_a_new_pipeline_starts_once_by_itself_and_fails_without_a_branch(delivery: Delivery) -> None:
    delivery.create()
    (first,) = delivery.executions()
    assert (first["status"], first["trigger"]["triggerType"]) == ("Failed", "CreatePipeline")
    message = delivery.states()["Source"]["errorDetails"]["message"]
    assert "no branch named main was found in the selected AWS CodeCommit repository web" in message


def test_the_build_gets_the_source_of_the_commit(delivery: Delivery) -> None:
    delivery.create()
    commit = delivery.push("built")
    delivery.start()
    assert delivery.until("Build", "Succeeded")["externalExecutionId"] == "web:1"
    ((source, version),) = delivery.built
    with zipfile.ZipFile(io.BytesIO(source)) as files:
        assert (version, files.read("a")) == (commit, b"built")


def test_artifacts_are_zip_files_under_the_key_of_the_store(delivery: Delivery) -> None:
    delivery.create()
    delivery.push()
    execution = delivery.start()
    delivery.until("Build", "Succeeded")
    asked = {"pipelineName": "web", "filter": {"pipelineExecutionId": execution}}
    details = client("codepipeline").list_action_executions(**asked)["actionExecutionDetails"]
    (build,) = [each for each in details if each["actionName"] == "Build"]
    (artifact,) = build["output"]["outputArtifacts"]
    place = artifact["s3location"]
    stored = client("s3").get_object(Bucket=place["bucket"], Key=place["key"])
    assert (stored["ServerSideEncryption"], stored["SSEKMSKeyId"]) == ("aws:kms", delivery.key)
    with zipfile.ZipFile(io.BytesIO(stored["Body"].read())) as files:
        assert sorted(files.namelist()) == ["appspec.yml", "imageDetail.json", "taskdef.json"]


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("bucket", "to the bucket artifacts: The specified bucket does not exist"),
        ("key", f"The key {NO_KEY} of the artifact store is not there"),
    ],
)
def test_without_its_bucket_or_its_key_no_artifact_is_kept(delivery: Delivery, missing: str, message: str) -> None:
    if missing == "key":
        delivery.key = NO_KEY
    delivery.create()
    delivery.push()
    if missing == "bucket":
        client("s3").delete_bucket(Bucket="artifacts")
    assert message in delivery.failure("Source")


def test_a_failed_build_tells_the_end_of_its_log(delivery: Delivery) -> None:
    delivery.create()
    delivery.push()
    delivery.log = "\n".join(f"line {number}" for number in range(30))
    message = delivery.failure("Build")
    assert message.startswith("Build terminated with state: FAILED")
    assert message.endswith("line 29")
    assert "line 9\n" not in message


def test_a_build_of_no_project_fails(delivery: Delivery) -> None:
    stages = pipeline()["stages"]
    stages[1]["actions"][0]["configuration"]["ProjectName"] = "none"
    delivery.create(stages=stages)
    delivery.push()
    assert delivery.failure("Build") == "Error calling startBuild: Project cannot be found: none"


def test_looking_at_the_pipeline_itself_moves_nothing(delivery: Delivery) -> None:
    delivery.create()
    delivery.push()
    delivery.start()
    for _ in range(10):
        client("codepipeline").get_pipeline(name="web")
    assert delivery.built == []


def test_a_rejected_approval_ends_the_execution(shop: Shop, delivery: Delivery) -> None:
    delivery.create()
    delivery.push()
    delivery.start()
    delivery.approve("Rejected")
    assert delivery.until("Approve", "Failed")["errorDetails"]["message"] == "Rejected: as agreed"
    assert delivery.executions()[0]["status"] == "Failed"
    assert shop.weights(shop.production_rule) == {"blue": 1}


def test_an_approval_needs_its_token_and_is_given_once(delivery: Delivery) -> None:
    delivery.create()
    delivery.push()
    delivery.start()
    token = delivery.until("Approve", "InProgress")["token"]
    with pytest.raises(ClientError, match="InvalidApprovalToken"):
        delivery.approve(token="00000000-0000-0000-0000-000000000000")
    delivery.approve(token=token)
    with pytest.raises(ClientError, match="ApprovalAlreadyCompleted"):
        delivery.approve(token=token)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"taskdef.json": ""}, "trying to read the task definition artifact file from: build"),
        ({"taskdef.json": "{"}, "the task definition is not JSON"),
        ({"taskdef.json": json.dumps(task_definition(cpu=256))}, "type: <class 'int'>, valid types: <class 'str'>"),
        ({"taskdef.json": json.dumps(task_definition(cpu="300"))}, "No Fargate configuration exists"),
        (
            {"taskdef.json": json.dumps(task_definition(containerDefinitions=[container(name="api")]))},
            "container web does",
        ),
        ({"appspec.yml": "", "appspec.yaml": APPSPEC}, "trying to read the AppSpec artifact file from: build"),
        ({"appspec.yml": "version: 1"}, "InvalidRevisionException: The AppSpec file is not valid"),
        ({"imageDetail.json": ""}, "trying to read the image artifact file from: build"),
        (
            {"imageDetail.json": "", "imagedefinitions.json": "[]"},
            "imagedefinitions.json is for the rolling ECS action",
        ),
        ({"imageDetail.json": "{}"}, "has no ImageURI"),
        ({"large": "\n".join(f"{number:x}{number * 7919:x}" for number in range(500_000))}, "is too large"),
    ],
)
def test_a_release_that_breaks_the_contract_fails_at_its_deployment(
    shop: Shop, delivery: Delivery, files: dict[str, str], message: str
) -> None:
    delivery.create()
    delivery.push()
    delivery.files = exported(**files)
    assert message in delivery.failure("Deploy")
    assert shop.service()["taskDefinition"] == shop.first


def test_a_deployment_that_is_under_way_refuses_the_next(shop: Shop, delivery: Delivery) -> None:
    delivery.create()
    delivery.push()
    content = APPSPEC.replace("<TASK_DEFINITION>", shop.first)
    revision = {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}}
    shop.codedeploy.create_deployment(applicationName="web", deploymentGroupName="web", revision=revision)
    assert "DeploymentLimitExceededException" in delivery.failure("Deploy")


def test_a_retry_runs_the_failed_stage_again(delivery: Delivery) -> None:
    delivery.create()
    delivery.push()
    delivery.log = "broken"
    delivery.failure("Build")
    execution = delivery.executions()[0]["pipelineExecutionId"]
    delivery.log = ""

    def retry(stage: str) -> None:
        client("codepipeline").retry_stage_execution(
            pipelineName="web", stageName=stage, pipelineExecutionId=execution, retryMode="FAILED_ACTIONS"
        )

    with pytest.raises(ClientError, match="StageNotRetryable"):
        retry("Source")
    retry("Build")
    delivery.approve()
    delivery.until("Deploy", "Succeeded")
    assert delivery.executions()[0]["status"] == "Succeeded"


def test_only_the_latest_execution_is_retried(delivery: Delivery) -> None:
    delivery.create()
    delivery.push()
    delivery.log = "broken"
    delivery.failure("Build")
    delivery.failure("Build")
    with pytest.raises(ClientError, match="NotLatestPipelineExecution"):
        client("codepipeline").retry_stage_execution(
            pipelineName="web",
            stageName="Build",
            pipelineExecutionId=delivery.executions()[1]["pipelineExecutionId"],
            retryMode="FAILED_ACTIONS",
        )


@pytest.mark.parametrize(("abandon", "status"), [(True, "Abandoned"), (False, "Succeeded")])
def test_an_execution_is_stopped_at_once_or_after_its_actions(delivery: Delivery, abandon: bool, status: str) -> None:
    delivery.create()
    delivery.push()
    execution = delivery.start()
    token = delivery.until("Approve", "InProgress")["token"]
    stop = {"pipelineName": "web", "pipelineExecutionId": execution, "abandon": abandon, "reason": "enough"}
    client("codepipeline").stop_pipeline_execution(**stop)
    if not abandon:
        with pytest.raises(ClientError, match="DuplicatedStopRequest"):
            client("codepipeline").stop_pipeline_execution(**stop)
        delivery.approve(token=token)
    assert delivery.until("Approve", status)
    newest = delivery.executions()[0]
    assert (newest["status"], newest["stopTrigger"]) == ("Stopped", {"reason": "enough"})
    with pytest.raises(ClientError, match="PipelineExecutionNotStoppable"):
        client("codepipeline").stop_pipeline_execution(**stop)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("SUPERSEDED", ["InProgress", "Superseded", "InProgress", "Failed"]),
        ("QUEUED", ["InProgress", "InProgress", "InProgress", "Failed"]),
    ],
)
def test_a_newer_execution_takes_the_place_of_one_that_waits_unless_queued(
    delivery: Delivery, mode: str, expected: list[str]
) -> None:
    delivery.create(executionMode=mode)
    delivery.push()
    waiting = [delivery.start() for _ in range(3)]
    for _ in range(20):
        executions = delivery.executions()
    assert [each["status"] for each in executions] == expected
    assert [each["pipelineExecutionId"] for each in executions[:3]] == waiting[::-1]
    assert len(delivery.built) == 3


def test_a_disabled_transition_holds_executions_back(delivery: Delivery) -> None:
    delivery.create()
    delivery.push()
    place = {"pipelineName": "web", "stageName": "Build", "transitionType": "Inbound"}
    client("codepipeline").disable_stage_transition(**place, reason="freeze")
    execution = delivery.start()
    for _ in range(10):
        stages = client("codepipeline").get_pipeline_state(name="web")["stageStates"]
    assert stages[1]["inboundTransitionState"] == {"enabled": False, "disabledReason": "freeze"}
    assert [each["pipelineExecutionId"] for each in stages[1]["inboundExecutions"]] == [execution]
    assert delivery.built == []
    client("codepipeline").enable_stage_transition(**place)
    delivery.until("Build", "Succeeded")


def test_variables_are_told_with_their_defaults(delivery: Delivery) -> None:
    delivery.create()
    execution = client("codepipeline").start_pipeline_execution(
        name="web", variables=[{"name": "colour", "value": "green"}]
    )["pipelineExecutionId"]

    def variables(execution_id: str) -> list[Json]:
        asked = {"pipelineName": "web", "pipelineExecutionId": execution_id}
        return list(client("codepipeline").get_pipeline_execution(**asked)["pipelineExecution"]["variables"])

    assert variables(execution) == [{"name": "colour", "resolvedValue": "green"}]
    assert variables(delivery.executions()[1]["pipelineExecutionId"]) == [{"name": "colour", "resolvedValue": "blue"}]


def test_rules_hear_of_an_execution(delivery: Delivery) -> None:
    events = listen(source=["aws.codepipeline"])
    delivery.create()
    assert [(event["detail"]["state"], event["resources"]) for event in events()] == [
        ("STARTED", [ARN]),
        ("FAILED", [ARN]),
    ]


@pytest.mark.parametrize(("rule", "started"), [({"enabled": False}, 1), ({"allowed": f"{ARN}-other"}, 1), ({}, 2)])
def test_a_push_starts_the_pipeline_if_rule_and_role_allow_it(
    delivery: Delivery, rule: dict[str, Any], started: int
) -> None:
    delivery.create()
    start_by_push(**rule)
    commit = delivery.push()
    client("codecommit").create_branch(repositoryName="web", branchName="other", commitId=commit)
    assert len(delivery.executions()) == started
    if not rule.get("enabled", True):
        client("events").enable_rule(Name="push")
        delivery.push("again")
        assert len(delivery.executions()) == 2


def test_a_role_that_eventbridge_cannot_take_on_is_refused_as_is_none(delivery: Delivery) -> None:
    delivery.create()
    with pytest.raises(ClientError, match=r"cannot be assumed by principal 'events.amazonaws.com'"):
        start_by_push(service="ec2.amazonaws.com")
    with pytest.raises(ClientError, match=f"RoleArn is required for target {ARN}"):
        client("events").put_targets(Rule="push", Targets=[{"Id": "pipeline", "Arn": ARN}])


def test_a_rule_that_is_put_again_keeps_its_targets(delivery: Delivery) -> None:
    delivery.create()
    start_by_push()
    pattern = json.dumps({"source": ["aws.codecommit"]})
    client("events").put_rule(Name="push", EventPattern=pattern, Description="any branch")
    delivery.push()
    assert delivery.executions()[0]["trigger"]["triggerDetail"].endswith("rule/push")
