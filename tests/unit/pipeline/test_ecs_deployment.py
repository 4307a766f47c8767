"""How a build reaches ECS: the project, what it may do, and its program, run as CodeBuild runs it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tealform_harness.aws_emulator.codebuild.buildspec import Buildspec
from tests.support import Template, environment, template
from tests.unit.pipeline import fake_aws

ROLE = "delivery-web_deployment_role"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop-test-web@sha256:0f"
OLD = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop-test/shop-test-web/old"


def release(*lines: str, service: str = "") -> Template:
    return template(environment(service="\n".join(("release {", 'engine = "ecs"', *lines, "}", service))))


def project(generated: Template) -> dict[str, Any]:
    return generated.resources("aws_codebuild_project")["delivery-web_deployment_project"]


def last_action(generated: Template) -> dict[str, Any]:
    *_, last = generated.only("aws_codepipeline")["stage"]
    (action,) = last["action"]
    assert isinstance(action, dict)
    return action


# --- the project ----------------------------------------------------------------------------


def test_the_pipeline_ends_with_the_project_and_without_codedeploy() -> None:
    generated = release()
    assert last_action(generated) | {"configuration": None} == {
        "name": "Deploy",
        "category": "Build",
        "owner": "AWS",
        "provider": "CodeBuild",
        "version": "1",
        "input_artifacts": ["build"],
        "configuration": None,
    }
    name = "${aws_codebuild_project.delivery-web_deployment_project.name}"
    assert last_action(generated)["configuration"] == {"ProjectName": name}
    assert "CodeDeploy" not in json.dumps(generated.only("aws_codepipeline")["stage"])
    assert "aws_iam_role_policy.delivery-web_deployment_role_policy" in generated.only("aws_codepipeline")["depends_on"]


def test_an_approval_comes_before_it() -> None:
    stages = release("approval = true").only("aws_codepipeline")["stage"]
    assert [stage["name"] for stage in stages] == ["Source", "Build", "Approval", "Deploy"]


@pytest.mark.parametrize(
    ("lines", "minutes"),
    [
        # Twice all waits that are set, for a release may be under way, and an hour for tasks and hooks.
        (('strategy = "all_at_once"', "keep_blue_minutes = 0"), 60),
        (('strategy = "canary"', "interval_minutes = 5", "keep_blue_minutes = 60"), 190),
        (('strategy = "linear"', "percent = 50", "interval_minutes = 660", "keep_blue_minutes = 1440"), 2160),
    ],
)
def test_it_lasts_as_long_as_the_release_and_no_longer_than_codebuild_allows(
    lines: tuple[str, ...], minutes: int
) -> None:
    body = project(release(*lines))
    assert (body["build_timeout"], body["queued_timeout"]) == (minutes, 60)
    assert minutes <= 36 * 60


def test_it_runs_without_docker_on_the_processor_of_the_service_and_logs_for_itself() -> None:
    body = project(release())
    assert (body["environment"]["type"], body["environment"]["compute_type"]) == (
        "LINUX_CONTAINER",
        "BUILD_GENERAL1_SMALL",
    )
    assert "privileged_mode" not in body["environment"]
    assert body["logs_config"]["cloudwatch_logs"]["group_name"] == (
        "${aws_cloudwatch_log_group.delivery-web_deployment_logs_group.name}"
    )
    group = release().named("aws_cloudwatch_log_group", "delivery-web_deployment_logs_group")
    assert group["name"] == "/shop/test/web/deploy"
    assert project(release(service='architecture = "arm64"'))["environment"]["type"] == "ARM_CONTAINER"


def test_it_releases_this_service_and_no_other() -> None:
    statements = release().statements(f"{ROLE}_permissions")
    ecs = {sid: body["resources"] for sid, body in statements.items() if body["actions"][0].startswith("ecs:")}
    arn = "arn:aws:ecs:eu-west-1:123456789012"
    assert ecs == {
        "RegisterTaskDefinition": ["*"],
        "Release": [f"{arn}:service/shop-test/shop-test-web"],
        "LookAtRelease": [
            f"{arn}:service-deployment/shop-test/shop-test-web/*",
            f"{arn}:service-revision/shop-test/shop-test-web/*",
        ],
    }
    passed = statements["PassRoles"]
    assert passed["resources"] == [
        "${aws_iam_role.service-web_roles_execution_role.arn}",
        "${aws_iam_role.service-web_roles_task_role.arn}",
    ]
    assert passed["condition"][0]["values"] == ["ecs-tasks.amazonaws.com"]


def test_the_pipeline_itself_may_only_start_its_two_projects() -> None:
    statements = release().statements("delivery-web_pipeline_role_permissions")
    started = {sid: body["resources"] for sid, body in statements.items() if "codebuild:StartBuild" in body["actions"]}
    assert started == {
        "Build": ["arn:aws:codebuild:eu-west-1:123456789012:project/shop-test-web"],
        "Deploy": ["arn:aws:codebuild:eu-west-1:123456789012:project/shop-test-web-deploy"],
    }
    assert not any(action.startswith(("ecs:", "iam:")) for body in statements.values() for action in body["actions"])


# --- the program ----------------------------------------------------------------------------


def state(status: str, stage: str | None = None, reason: str | None = None) -> dict[str, Any]:
    told = {"status": status, "lifecycleStage": stage, "statusReason": reason}
    return {key: value for key, value in told.items() if value}


GOOD = [state("PENDING"), state("IN_PROGRESS", "SCALE_UP"), state("IN_PROGRESS", "BAKE_TIME"), state("SUCCESSFUL")]


@dataclass(frozen=True)
class Outcome:
    succeeded: bool
    said: list[str]
    calls: list[list[str]]

    @property
    def operations(self) -> list[str]:
        return [call[1] for call in self.calls]


class Ecs:
    """A service with one deployment that has ended, and a build that is to be released to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state, self._tools = folder / "state", fake_aws.install(folder, "ecs")
        containers = [{"name": "web", "image": "<IMAGE1_NAME>", "environment": [{"name": "A", "value": "$HOME 漢字"}]}]
        self.write("taskdef.json", {"family": "shop-test-web", "containerDefinitions": containers})
        self.write("imagedefinitions.json", [{"name": "web", "imageUri": IMAGE}])
        self.under_way(state("SUCCESSFUL"))

    def write(self, name: str, content: object) -> None:
        (self.folder / "source" / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    def under_way(self, *course: dict[str, Any]) -> None:
        """The deployment that came before, from now on."""
        before = {"arn": OLD, "createdAt": "2027-01-01T00:00:00+00:00", "brings": "old", "course": course, "late": 0}
        (self.state / "deployments.json").write_text(json.dumps([before]))

    def release(self, course: list[dict[str, Any]] | None = None, **variables: str) -> Outcome:
        """Runs the generated project's own commands, in its source and with its variables."""
        (self.state / "calls").write_text("")
        (self.state / "course.json").write_text(json.dumps(course or GOOD))
        body = project(release())
        set_ = {each["name"]: each["value"] for each in body["environment"]["environment_variable"]}
        ran = Buildspec(body["source"]["buildspec"]).run(
            self.folder / "source",
            self.folder / "scratch",
            {**set_, **self._tools, "SECONDS_BETWEEN_LOOKS": "0.01", **variables},
            seconds=15,
        )
        calls = [call["words"] for call in fake_aws.read_calls(self.folder)]
        return Outcome(ran.succeeded, ran.output.splitlines(), calls)


@pytest.fixture
def ecs(tmp_path: Path) -> Ecs:
    return Ecs(tmp_path)


def test_the_new_version_is_registered_with_the_built_image_and_released(ecs: Ecs) -> None:
    outcome = ecs.release()
    assert outcome.succeeded, outcome.said
    registered = json.loads((ecs.state / "registered.json").read_text())
    assert registered == {
        "family": "shop-test-web",
        "containerDefinitions": [
            {"name": "web", "image": IMAGE, "environment": [{"name": "A", "value": "$HOME 漢字"}]}
        ],
    }
    (update,) = (call for call in outcome.calls if call[1] == "update-service")
    assert fake_aws.argument(update, "--task-definition") == fake_aws.REGISTERED
    assert outcome.operations.index("register-task-definition") < outcome.operations.index("update-service")


def test_each_stage_is_said_once(ecs: Ecs) -> None:
    ecs.under_way(state("SUCCESSFUL"))
    slow = [GOOD[1], GOOD[1], GOOD[1], GOOD[2], GOOD[2], GOOD[3]]
    said = ecs.release(slow).said
    assert [line for line in said if line.startswith(("IN_PROGRESS", "SUCCESSFUL"))] == [
        "IN_PROGRESS SCALE_UP",
        "IN_PROGRESS BAKE_TIME",
        "SUCCESSFUL",
    ]


@pytest.mark.parametrize("status", ["ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED", "STOPPED"])
def test_a_release_that_does_not_stay_fails_the_pipeline_with_the_reason_that_ecs_gives(ecs: Ecs, status: str) -> None:
    reason = "Service deployment rolled back because of CloudWatch alarm(s) in ALARM state"
    outcome = ecs.release(
        [GOOD[1], state("ROLLBACK_REQUESTED"), state("ROLLBACK_IN_PROGRESS"), state(status, None, reason)]
    )
    assert not outcome.succeeded
    assert f"The deployment ended as {status}: {reason}" in outcome.said


def test_a_failure_without_a_reason_is_said_too(ecs: Ecs) -> None:
    outcome = ecs.release([state("STOPPED")])
    assert not outcome.succeeded
    assert "The deployment ended as STOPPED: no reason given" in outcome.said


@pytest.mark.parametrize("status", ["PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_IN_PROGRESS"])
def test_a_deployment_that_is_under_way_is_awaited_first_however_it_ends(ecs: Ecs, status: str) -> None:
    ecs.under_way(state(status), state(status), state("ROLLBACK_SUCCESSFUL", None, "it went back"))
    outcome = ecs.release()
    assert outcome.succeeded, outcome.said
    update = outcome.operations.index("update-service")
    looks = [call for call in outcome.calls[:update] if call[1] == "describe-service-deployments"]
    assert len(looks) == 3
    assert all(fake_aws.argument(look, "--service-deployment-arns") == OLD for look in looks)
    assert f"Waiting for {OLD}" in outcome.said


def test_one_that_has_ended_is_not_awaited(ecs: Ecs) -> None:
    outcome = ecs.release()
    update = outcome.operations.index("update-service")
    assert "describe-service-deployments" not in outcome.operations[:update]


def test_the_deployment_is_found_by_what_it_brings_although_it_shows_late(ecs: Ecs) -> None:
    """Until then the newest is one that has succeeded already: taken for ours, it would end the pipeline too early."""
    outcome = ecs.release(GOOD, FAKE_LATE="2")
    assert outcome.succeeded, outcome.said
    after = outcome.calls[outcome.operations.index("update-service") :]
    looks = {
        fake_aws.argument(call, "--service-deployment-arns") for call in after if "--service-deployment-arns" in call
    }
    assert looks == {OLD.replace("/old", "/new")}
    assert "IN_PROGRESS BAKE_TIME" in outcome.said


def test_a_container_that_got_no_image_is_named_before_anything_is_registered(ecs: Ecs) -> None:
    ecs.write("imagedefinitions.json", [{"name": "other", "imageUri": IMAGE}])
    outcome = ecs.release()
    assert not outcome.succeeded
    assert "imagedefinitions.json: no image for the container web of taskdef.json" in outcome.said
    assert outcome.calls == []


@pytest.mark.parametrize(
    "operation",
    [
        "register-task-definition",
        "list-service-deployments",
        "update-service",
        "describe-service-revisions",
        "describe-service-deployments",
    ],
)
def test_what_aws_refuses_ends_the_release_there_with_its_complaint(ecs: Ecs, operation: str) -> None:
    outcome = ecs.release(FAKE_FAILURE=operation)
    assert not outcome.succeeded
    assert outcome.operations[-1] == operation
    assert f"aws ecs {operation} failed" in outcome.said
    assert f"An error occurred (AccessDeniedException) when calling {operation}" in outcome.said
    assert not any("Traceback" in line for line in outcome.said)


def test_every_call_that_the_program_makes_is_allowed_to_its_role(ecs: Ecs) -> None:
    ecs.under_way(state("IN_PROGRESS"), state("SUCCESSFUL"))
    made = {"ecs:" + "".join(map(str.capitalize, name.split("-"))) for name in ecs.release().operations}
    statements = release().statements(f"{ROLE}_permissions").values()
    allowed = {action for body in statements for action in body["actions"] if action.startswith("ecs:")}
    assert made == allowed
