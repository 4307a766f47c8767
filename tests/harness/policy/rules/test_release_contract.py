"""What a release fills in is what Terraform has said of the service."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.policy.rules.release_contract import CHECK
from tests.harness.policy.rules.parts import body, put
from tests.harness.policy.rules.shipped import Json, failed, judged

PROJECT = "aws_codebuild_project.delivery-api_build_project"


def told(name: str, value: str) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        variables = body(document, PROJECT)["environment"]["environment_variable"]
        next(each for each in variables if each["name"] == name)["value"] = value

    return change


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            told("CONTAINER_PORT", "80"),
            "CONTAINER_PORT is 80, and aws_ecs_task_definition.service-api_task-definition says 9000",
            id="port",
        ),
        pytest.param(
            told("CONTAINER_NAME", "web"),
            "CONTAINER_NAME is web, and aws_ecs_task_definition.service-api_task-definition says api",
            id="name",
        ),
        pytest.param(
            told("CPU_ARCHITECTURE", "ARM64"),
            "CPU_ARCHITECTURE is ARM64, and aws_ecs_task_definition.service-api_task-definition says X86_64",
            id="processor",
        ),
        pytest.param(
            told("READ_ONLY_ROOT_FILESYSTEM", "false"),
            "READ_ONLY_ROOT_FILESYSTEM is false, and aws_ecs_task_definition.service-api_task-definition says true",
            id="root",
        ),
        pytest.param(
            told("TASK_MEMORY", "512"),
            "TASK_MEMORY is 512, and aws_ecs_task_definition.service-api_task-definition says 2048",
            id="size",
        ),
        pytest.param(
            told("TASK_ROLE_ARN", "arn:aws:iam::123456789012:role/admin"),
            "TASK_ROLE_ARN is arn:aws:iam::123456789012:role/admin, and aws_ecs_task_definition.service-api_task-definition says ${aws_iam_role.service-api_roles_task_role.arn}",
            id="role",
        ),
        pytest.param(
            told("LOG_GROUP", "/other"),
            "LOG_GROUP is /other, and aws_ecs_task_definition.service-api_task-definition says /shop/prod/api",
            id="logs",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {PROJECT: message}


def test_a_task_definition_that_was_changed_is_found_too() -> None:
    task = "aws_ecs_task_definition.service-api_task-definition"
    assert PROJECT in failed(CHECK, "prod", put(task, "runtime_platform.cpu_architecture", "ARM64"))
