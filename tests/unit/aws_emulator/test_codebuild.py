import json
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError
from moto.codebuild.models import codebuild_backends
from moto.core.models import botocore_stubber

from tealform_harness.aws_emulator.archive import pack, unpack
from tealform_harness.aws_emulator.codebuild import aws_commands
from tealform_harness.aws_emulator.codebuild.aws_commands import ToolError
from tealform_harness.aws_emulator.codebuild.backend import BuildBackend
from tealform_harness.aws_emulator.codebuild.build import Build
from tealform_harness.aws_emulator.codebuild.buildspec import Variable
from tealform_harness.aws_emulator.ecr import render_manifest
from tests.inventory import ROOT
from tests.unit.artifacts.codebuild import ARTIFACTS, COMMIT, EXPORTED_FILES, VARIABLES
from tests.unit.aws_emulator.clients import ACCOUNT, REGION, client
from tests.unit.aws_emulator.shop import Network, Shop, Store, container, task_definition

REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
PROJECT: dict[str, Any] = {
    "name": "shop",
    "serviceRole": f"arn:aws:iam::{ACCOUNT}:role/build",
    "source": {"type": "CODEPIPELINE"},
    "artifacts": {"type": "CODEPIPELINE"},
    "environment": {
        "type": "LINUX_CONTAINER",
        "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
        "computeType": "BUILD_GENERAL1_SMALL",
    },
}

PROGRAM = ROOT / "modules" / "tealform" / "pipeline" / "scripts" / "deploy_to_ecs.py"


@pytest.fixture
def codebuild(aws: None) -> Any:
    return client("codebuild")


def backend() -> BuildBackend:
    found = codebuild_backends[ACCOUNT][REGION]
    assert isinstance(found, BuildBackend)
    return found


def with_variables(variables: dict[str, str]) -> dict[str, Any]:
    pairs = [{"name": name, "value": value} for name, value in variables.items()]
    return {**PROJECT, "environment": {**PROJECT["environment"], "environmentVariables": pairs}}


def run(commands: dict[str, list[str]], variable: Variable | None = None, **more: Any) -> Build:
    """A build, with a variable of its own, of a source that holds nothing but a buildspec with ``commands`` by phase."""
    phases = {phase: {"commands": given} for phase, given in commands.items()}
    buildspec = yaml.safe_dump({"version": 0.2, "env": {"shell": "bash"}, "phases": phases, **more})
    return backend().run_build(
        "shop", pack({"buildspec.yml": buildspec.encode()}), COMMIT, [variable] if variable else []
    )


def phases(build: Build) -> list[tuple[str, str]]:
    """The phases in which something happened, with how they ended."""
    (described,) = client("codebuild").batch_get_builds(ids=[build.metadata["id"]])["builds"]
    told = [(phase["phaseType"], phase.get("phaseStatus", "")) for phase in described["phases"]]
    return told[told.index(("PROVISIONING", "SUCCEEDED")) + 1 :]


def contract_source() -> bytes:
    files = [path for path in ARTIFACTS.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return pack({path.relative_to(ARTIFACTS).as_posix(): path.read_bytes() for path in files})


def build_of_contract(codebuild: Any, mutability: str = "IMMUTABLE") -> tuple[Build, Any]:
    """A build of the release contract's templates, and the client of the ECR that it pushed to."""
    ecr = client("ecr")
    if not ecr.describe_repositories()["repositories"]:
        ecr.create_repository(repositoryName="shop-dev-web", imageTagMutability=mutability)
        own = ("AWS_REGION", "CODEBUILD_RESOLVED_SOURCE_VERSION")
        variables = {name: value for name, value in VARIABLES.items() if name not in own}
        codebuild.create_project(**with_variables({**variables, "ECR_REPOSITORY_URI": f"{REGISTRY}/shop-dev-web"}))
    return backend().run_build("shop", contract_source(), COMMIT), ecr


def test_a_project_of_a_pipeline_gets_what_aws_adds(codebuild: Any) -> None:
    codebuild.create_project(**with_variables({"PORT": "8080"}), logsConfig={"cloudWatchLogs": {"status": "DISABLED"}})

    (project,) = codebuild.batch_get_projects(names=["shop"])["projects"]
    assert project["artifacts"] == {
        "type": "CODEPIPELINE",
        "name": "shop",
        "packaging": "NONE",
        "encryptionDisabled": False,
    }
    assert project["environment"]["environmentVariables"] == [{"name": "PORT", "value": "8080", "type": "PLAINTEXT"}]
    assert (project["timeoutInMinutes"], project["queuedTimeoutInMinutes"]) == (60, 480)
    assert project["logsConfig"]["cloudWatchLogs"]["status"] == "DISABLED"
    assert project["logsConfig"]["s3Logs"]["status"] == "DISABLED"
    assert project["created"].tzinfo is not None


def test_an_update_changes_what_it_names_and_nothing_else(codebuild: Any) -> None:
    created = codebuild.create_project(**PROJECT, description="One", tags=[{"key": "owner", "value": "web"}])["project"]

    codebuild.update_project(name="shop", description="Two", timeoutInMinutes=30)

    (project,) = codebuild.batch_get_projects(names=["shop"])["projects"]
    assert (project["description"], project["timeoutInMinutes"]) == ("Two", 30)
    assert (project["tags"], project["created"]) == (created["tags"], created["created"])


@pytest.mark.parametrize(
    "changed",
    [{"artifacts": {"type": "NO_ARTIFACTS"}}, {"source": {"type": "GITHUB"}, "artifacts": {"type": "NO_ARTIFACTS"}}],
)
def test_a_source_that_does_not_fit_is_refused(codebuild: Any, changed: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="InvalidInputException"):
        codebuild.create_project(**{**PROJECT, **changed})


def test_a_name_is_taken_once(codebuild: Any) -> None:
    codebuild.create_project(**PROJECT)

    with pytest.raises(ClientError, match="ResourceAlreadyExistsException"):
        codebuild.create_project(**PROJECT)


def test_projects_and_builds_that_there_are_not_are_named(codebuild: Any) -> None:
    assert codebuild.batch_get_projects(names=["none"])["projectsNotFound"] == ["none"]
    assert codebuild.batch_get_builds(ids=["none:1"])["buildsNotFound"] == ["none:1"]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        codebuild.update_project(name="none", description="x")


def test_the_release_contract_builds_into_an_image_and_what_a_release_reads(codebuild: Any) -> None:
    build, ecr = build_of_contract(codebuild)

    assert build.succeeded, build.output
    assert build.artifact is not None
    exported = unpack(build.artifact)
    (image,) = ecr.describe_images(repositoryName="shop-dev-web")["imageDetails"]
    reference = json.loads(exported["imageDetail.json"])["ImageURI"]
    assert exported.keys() == EXPORTED_FILES
    assert image["imageTags"] == [COMMIT]
    assert reference == f"{REGISTRY}/shop-dev-web@{image['imageDigest']}"
    assert json.loads(exported["taskdef.json"])["family"] == "shop-dev-web"
    assert "<TASK_DEFINITION>" in exported["appspec.yml"].decode()


def test_a_build_tried_again_reuses_the_image(codebuild: Any) -> None:
    first, _ = build_of_contract(codebuild)
    second, _ = build_of_contract(codebuild)

    assert second.artifact == first.artifact
    assert "Reusing" in second.output


def test_an_immutable_tag_cannot_be_pushed_again(codebuild: Any) -> None:
    build_of_contract(codebuild)
    image = f"{REGISTRY}/shop-dev-web:{COMMIT}"
    commands = [
        f"aws ecr get-login-password | docker login --username AWS --password-stdin {REGISTRY}",
        "echo FROM scratch > Dockerfile",
        f"docker build --tag {image} . && docker push {image}",
    ]

    build = run({"build": commands})

    assert not build.succeeded
    assert "already exists" in build.output


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (f"docker push {REGISTRY}/shop:1", "does not exist locally"),
        (
            f"echo FROM scratch > Dockerfile; docker build --tag {REGISTRY}/a:1 .; docker push {REGISTRY}/a:1",
            "no basic auth",
        ),
        ("docker build --tag shop .", "failed to read dockerfile"),
        (f"echo wrong | docker login --username AWS --password-stdin {REGISTRY}", "login attempt"),
        ("aws s3 ls", "not emulated: aws s3 ls"),
        (
            "aws ecs describe-tasks --tasks x",
            "not emulated: aws ecs describe-tasks; known are describe-service-deployments",
        ),
        ("aws ecs update-service --service web --desired-count 2", "not emulated: --desired-count 2"),
        ("aws ecs list-service-deployments --service web --output text", "not emulated: --output text"),
        ("aws ecs register-task-definition --cli-input-json '{'", "Invalid JSON received"),
        (
            "aws ecs register-task-definition --cli-input-json '[]'",
            "Error parsing parameter 'cli-input-json': it is no object",
        ),
        (
            "aws ecs register-task-definition --cli-input-json '{}' --family shop",
            'Missing required parameter in input: "contain',
        ),
        (
            """aws ecs register-task-definition --cli-input-json '{"famly": "shop"}'""",
            'Unknown parameter in input: "famly"',
        ),
        ("aws ecr put-image --repository-name shop --image-manifest file://none.json", "Unable to load paramfile"),
        ("aws ecr describe-images --repository-name none", "RepositoryNotFoundException"),
        ("aws ssm get-parameter --name /none", "ParameterNotFound"),
        ("aws ssm put-parameter --name /x", "not emulated: aws ssm put-parameter"),
    ],
)
def test_a_command_that_cannot_work_fails_the_build_with_its_words(codebuild: Any, command: str, why: str) -> None:
    codebuild.create_project(**PROJECT)

    build = run({"build": [command], "post_build": ["echo afterwards"]})

    assert why in build.output
    assert build.artifact is None
    assert phases(build)[:3] == [("DOWNLOAD_SOURCE", "SUCCEEDED"), ("INSTALL", "SUCCEEDED"), ("PRE_BUILD", "SUCCEEDED")]
    assert ("BUILD", "FAILED") in phases(build)


def test_what_follows_a_failed_phase_depends_on_the_phase(codebuild: Any) -> None:
    codebuild.create_project(**PROJECT)

    early = run({"pre_build": ["exit 3"], "build": ["echo built"]})
    late = run({"build": ["false"], "post_build": ["echo succeeding: $CODEBUILD_BUILD_SUCCEEDING"]})

    assert "built" not in early.output
    assert ("PRE_BUILD", "FAILED") in phases(early)
    assert "succeeding: 0" in late.output
    assert ("POST_BUILD", "SUCCEEDED") in phases(late)
    assert not late.succeeded


def test_the_project_s_variables_go_over_the_buildspec_s(codebuild: Any) -> None:
    codebuild.create_project(**with_variables({"COLOUR": "blue"}))
    commands = ["echo $COLOUR $SHAPE $AWS_REGION $CODEBUILD_RESOLVED_SOURCE_VERSION ${CODEBUILD_BUILD_ID%%:*}"]

    build = run({"build": commands}, env={"shell": "bash", "variables": {"COLOUR": "red", "SHAPE": "round"}})

    assert f"blue round {REGION} {COMMIT} shop" in build.output


SECRET = {"name": "shop/database", "value": '{"url": "postgres://shop"}'}


@pytest.mark.parametrize(
    ("kind", "value", "content"),
    [
        ("PARAMETER_STORE", "/shop/token", "secret token"),
        ("SECRETS_MANAGER", "shop/database", SECRET["value"]),
        ("SECRETS_MANAGER", "shop/database:url", "postgres://shop"),
        ("SECRETS_MANAGER", "shop/database:url:AWSCURRENT", "postgres://shop"),
        ("SECRETS_MANAGER", "{arn}:url", "postgres://shop"),
    ],
)
def test_a_variable_may_stand_elsewhere(codebuild: Any, kind: str, value: str, content: str) -> None:
    client("ssm").put_parameter(Name="/shop/token", Value="secret token", Type="SecureString")
    arn = client("secretsmanager").create_secret(Name=SECRET["name"], SecretString=SECRET["value"])["ARN"]
    codebuild.create_project(**with_variables({"TOKEN": "the project's"}))

    build = run(
        {"build": ['echo "<$TOKEN>"']}, variable={"name": "TOKEN", "value": value.format(arn=arn), "type": kind}
    )

    assert f"<{content}>" in build.output


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        ("PARAMETER_STORE", "/none", "TOKEN is /none, but there is no such parameter"),
        ("PARAMETER_STORE", "/shop/token:7", "could not find version 7"),
        ("SECRETS_MANAGER", "none", "TOKEN is none, but Secrets Manager can't find the specified secret"),
        ("SECRETS_MANAGER", "shop/database:password", "the secret has no key password"),
        ("SECRETS_MANAGER", "shop/plain:url", "the secret has no key url"),
        ("VAULT", "x", "there is no type VAULT; use one of PLAINTEXT, PARAMETER_STORE, SECRETS_MANAGER"),
    ],
)
def test_a_variable_without_value_fails_the_build_before_any_command(
    codebuild: Any, kind: str, value: str, why: str
) -> None:
    client("ssm").put_parameter(Name="/shop/token", Value="secret token", Type="String")
    client("secretsmanager").create_secret(Name=SECRET["name"], SecretString=SECRET["value"])
    client("secretsmanager").create_secret(Name="shop/plain", SecretString="plain")
    codebuild.create_project(**PROJECT)

    build = run({"build": ["echo built"]}, variable={"name": "TOKEN", "value": value, "type": kind})

    assert why in build.output
    assert phases(build) == [("DOWNLOAD_SOURCE", "FAILED"), ("COMPLETED", "")]


def test_output_is_in_the_log_group_of_the_project(codebuild: Any) -> None:
    codebuild.create_project(
        **PROJECT, logsConfig={"cloudWatchLogs": {"status": "ENABLED", "groupName": "/shop/build"}}
    )
    client("logs").create_log_group(logGroupName="/shop/build")

    build = run({"build": ["echo hello", "echo world"]})

    (described,) = codebuild.batch_get_builds(ids=[build.metadata["id"]])["builds"]
    stream = {"logGroupName": described["logs"]["groupName"], "logStreamName": described["logs"]["streamName"]}
    events = client("logs").get_log_events(**stream)["events"]
    assert [event["message"] for event in events] == ["hello", "world"]
    assert (described["buildStatus"], described["buildComplete"]) == ("SUCCEEDED", True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("version: 0.1", "version 0.2"),
        ("version: [", "YAML_FILE_ERROR"),
        ("{version: 0.2, batch: {}}", "not emulated in a buildspec: batch"),
        ("{version: 0.2, phases: {build: {finally: [true]}}}", "not emulated in a buildspec: phases.build.finally"),
    ],
)
def test_a_buildspec_that_cannot_be_run_fails_before_any_command(codebuild: Any, text: str, why: str) -> None:
    codebuild.create_project(**PROJECT)

    build = backend().run_build("shop", pack({"buildspec.yml": text.encode()}), COMMIT)

    assert why in build.output
    assert phases(build) == [("DOWNLOAD_SOURCE", "FAILED"), ("COMPLETED", "")]


def test_files_to_be_exported_that_are_not_there_fail_the_build(codebuild: Any) -> None:
    codebuild.create_project(**PROJECT)

    build = run({"build": ["true"]}, artifacts={"files": ["missing.json"]})

    assert ("UPLOAD_ARTIFACTS", "FAILED") in phases(build)
    assert "no matching artifact paths found" in build.output


def test_a_build_can_be_started_of_a_repository(codebuild: Any) -> None:
    codecommit = client("codecommit")
    codecommit.create_repository(repositoryName="source")
    buildspec = b"{version: 0.2, phases: {build: {commands: [echo from $CODEBUILD_RESOLVED_SOURCE_VERSION]}}}"
    pushed = codecommit.put_file(
        repositoryName="source", branchName="main", filePath="buildspec.yml", fileContent=buildspec
    )
    location = f"https://git-codecommit.{REGION}.amazonaws.com/v1/repos/source"
    source = {"source": {"type": "CODECOMMIT", "location": location}, "artifacts": {"type": "NO_ARTIFACTS"}}
    codebuild.create_project(**{**PROJECT, **source})

    started = codebuild.start_build(projectName="shop")["build"]

    build = backend().builds[started["id"]]
    build.wait()
    assert f"from {pushed['commitId']}" in build.output
    assert codebuild.list_builds_for_project(projectName="shop")["ids"] == [started["id"]]


def test_a_pipeline_s_source_is_not_to_be_had_without_a_pipeline(codebuild: Any) -> None:
    codebuild.create_project(**PROJECT)

    with pytest.raises(ClientError, match="InvalidInputException"):
        codebuild.start_build(projectName="shop")


def deployment(codebuild: Any, image: str = "image:2", **variables: str) -> Build:
    """A build that hands ``image`` to ECS by the program of the pipeline's last step."""
    codebuild.create_project(**with_variables({"CLUSTER": "shop", "SERVICE": "web", **variables}))
    command = f"python3 - <<'PYTHON'\n{PROGRAM.read_text(encoding='utf-8')}PYTHON\n"
    buildspec = {"version": 0.2, "env": {"shell": "bash"}, "phases": {"build": {"commands": [command]}}}
    files = {
        "buildspec.yml": yaml.safe_dump(buildspec),
        "taskdef.json": json.dumps(task_definition(containerDefinitions=[container(image="<IMAGE1_NAME>")])),
        "imagedefinitions.json": json.dumps([{"name": "web", "imageUri": image}]),
    }
    return backend().run_build("shop", pack({name: text.encode() for name, text in files.items()}), COMMIT)


@pytest.fixture
def store(codebuild: Any) -> Store:
    return Store(Shop(Network()))


def test_a_build_hands_an_image_to_ecs_and_waits_for_the_end(codebuild: Any, store: Store) -> None:
    store.create()

    build = deployment(codebuild)

    assert build.succeeded, build.output
    arn = store.shop.service()["taskDefinition"]
    (released,) = client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]["containerDefinitions"]
    assert (released["image"], store.running()) == ("image:2", [("COMPLETED", arn, 2)])
    assert store.colours()[0] == {"blue": 100, "green": 0}
    lines = build.output.splitlines()
    assert lines[0] == f"Releasing {arn}"
    assert "IN_PROGRESS PRODUCTION_TRAFFIC_SHIFT" in lines
    assert lines[-1] == "SUCCESSFUL CLEAN_UP"


def test_a_build_waits_for_the_deployment_that_is_under_way(codebuild: Any, store: Store) -> None:
    store.create()
    first = store.release()

    build = deployment(codebuild)

    assert build.succeeded, build.output
    assert build.output.splitlines()[0] == f"Waiting for {first.arn}"
    assert [each["status"] for each in store.deployments()] == ["SUCCESSFUL"] * 3


def test_a_build_fails_with_the_reason_why_ecs_rolled_back(codebuild: Any, store: Store) -> None:
    store.create()
    groups = [{"TargetGroupArn": arn, "Weight": 1} for arn in (store.shop.blue, store.shop.green)]
    actions = [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]
    store.shop.elbv2.modify_rule(RuleArn=store.shop.production_rule, Actions=actions)

    build = deployment(codebuild)

    assert ("BUILD", "FAILED") in phases(build)
    assert "The deployment ended as ROLLBACK_SUCCESSFUL: Service deployment rolled back because of inv" in build.output
    assert store.shop.service()["taskDefinition"] == store.shop.first


def test_a_build_fails_with_what_ecs_refuses(codebuild: Any, store: Store) -> None:
    store.create()

    build = deployment(codebuild, SERVICE="api")

    complaint = "An error occurred (ServiceNotFoundException) when calling the ListServiceDeployments operation"
    assert complaint in build.output
    assert "aws ecs list-service-deployments failed" in build.output


def test_commands_reach_ecs_without_a_mock_too(codebuild: Any, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.create()
    options = {"--cluster": ["shop"], "--service": ["web"]}

    with monkeypatch.context() as served:
        served.setattr(botocore_stubber, "enabled", False)
        told = aws_commands.run_command("ecs", REGION, "list-service-deployments", options)
        with pytest.raises(ToolError, match=r"\(ServiceNotFoundException\) when calling the ListServiceDeployments"):
            aws_commands.run_command(
                "ecs", REGION, "list-service-deployments", {"--service": ["api"], "--cluster": ["shop"]}
            )

    assert [each["status"] for each in json.loads(told)["serviceDeployments"]] == ["SUCCESSFUL"]


def test_times_are_printed_as_the_command_line_does(codebuild: Any, store: Store) -> None:
    store.create()
    codebuild.create_project(**PROJECT)

    build = run({"build": ["aws ecs list-service-deployments --cluster shop --service web --status SUCCESSFUL"]})

    (told,) = json.loads(build.output)["serviceDeployments"]
    assert told["createdAt"] == store.deployments()[0]["createdAt"].isoformat()


def test_a_buildspec_reads_parameters_and_secrets(codebuild: Any) -> None:
    client("ssm").put_parameter(Name="/shop/token", Value="secret token", Type="SecureString")
    client("secretsmanager").create_secret(Name=SECRET["name"], SecretString=SECRET["value"])
    codebuild.create_project(**PROJECT)
    env = {
        "shell": "bash",
        "parameter-store": {"TOKEN": "/shop/token"},
        "secrets-manager": {"DATABASE": "shop/database:url"},
        "exported-variables": ["TOKEN"],
    }

    build = run({"build": ['echo "<$TOKEN> <$DATABASE>"']}, env=env)

    assert "<secret token> <postgres://shop>" in build.output
    (told,) = client("codebuild").batch_get_builds(ids=[build.metadata["id"]])["builds"]
    assert told["exportedEnvironmentVariables"] == [{"name": "TOKEN", "value": "secret token"}]


def test_a_parameter_that_a_buildspec_misses_fails_the_build(codebuild: Any) -> None:
    codebuild.create_project(**PROJECT)
    build = run({"build": ["echo built"]}, env={"shell": "bash", "parameter-store": {"TOKEN": "/none"}})
    assert "TOKEN is /none, but there is no such parameter" in build.output
    assert not build.succeeded


def test_parameters_and_images_are_looked_up_and_images_are_tagged_again(codebuild: Any) -> None:
    for number in range(12):
        client("ssm").put_parameter(Name=f"/shop/{number}", Value=str(number), Type="String")
    client("ecr").create_repository(repositoryName="shop", imageScanningConfiguration={"scanOnPush": True})
    client("ecr").put_image(repositoryName="shop", imageManifest=render_manifest("0" * 64), imageTag="1")
    codebuild.create_project(**PROJECT)
    image = "--repository-name shop --image-id imageTag=2"
    commands = [
        "aws ssm get-parameters-by-path --path /shop --query 'length(Parameters)'",
        'printf %s "$(aws ecr batch-get-image --repository-name shop --image-ids imageTag=1 --output text'
        " --query 'images[0].imageManifest')\" > manifest.json",
        "aws ecr put-image --repository-name shop --image-tag 2 --image-manifest file://manifest.json",
        "aws ecr describe-images --repository-name shop --query 'sort(imageDetails[0].imageTags)' --output text",
        f"aws ecr describe-image-scan-findings {image} --query imageScanStatus.status --output text",
    ]

    build = run({"build": commands})

    assert build.succeeded, build.output
    assert build.output.startswith("12\n")
    assert "1\t2\n" in build.output
    assert "COMPLETE" in build.output
