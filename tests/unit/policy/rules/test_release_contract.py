"""What a release fills in is what Terraform has said of the service."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tealform.policy.rules.release_contract import CHECK
from tests.unit.policy.rules.parts import body, put
from tests.unit.policy.rules.shipped import Json, failed, judged

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


SUBNETS = [f"${{aws_subnet.network_vpc_private-{zone}.id}}" for zone in "acd"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SUBNETS", ["${aws_subnet.network_vpc_public-a.id}"]),
        ("SECURITY_GROUPS", ["sg-1"]),
        ("CAPACITY_PROVIDER_STRATEGY", [{"Base": 0, "CapacityProvider": "FARGATE_SPOT", "Weight": 1}]),
    ],
)
def test_tasks_of_a_release_run_where_those_of_the_service_do(name: str, value: list[Any]) -> None:
    message = f"{name} differs from what aws_ecs_service.service-api_service says"
    assert failed(CHECK, "prod", told(name, json.dumps(value))) == {PROJECT: message}


@pytest.mark.parametrize("value", [[], [{"name": "DATABASE_URL", "valueFrom": "hunter2"}]])
def test_secrets_that_a_release_drops_or_replaces_are_found_and_not_quoted(value: list[Any]) -> None:
    message = "CONTAINER_SECRETS differs from what aws_ecs_task_definition.service-api_task-definition says"
    assert failed(CHECK, "prod", told("CONTAINER_SECRETS", json.dumps(value))) == {PROJECT: message}


def test_the_order_of_subnets_says_nothing() -> None:
    assert not failed(CHECK, "prod", told("SUBNETS", json.dumps(SUBNETS[::-1])))


@pytest.mark.parametrize("value", ["", "[", "null", "7"])
def test_what_is_no_list_is_found(value: str) -> None:
    assert PROJECT in failed(CHECK, "prod", told("SUBNETS", value))


@pytest.mark.parametrize("name", ["CONTAINER_ENVIRONMENT", "MOUNT_POINTS"])
def test_what_else_a_release_gives_the_container_is_compared(name: str) -> None:
    message = f"{name} differs from what aws_ecs_task_definition.service-api_task-definition says"
    assert failed(CHECK, "prod", told(name, '[{"name":"PORT","value":"80"}]')) == {PROJECT: message}
