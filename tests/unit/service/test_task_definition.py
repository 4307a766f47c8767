"""The task definition: the container, its roles, and the very command that runs before the first release."""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support import Template, environment, template

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf"
PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/token"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/0f4b2c1d"
EXEC = "exec = true\n read_only_root_filesystem = false"


def web(text: str = "", top: str = "", port: int = 8080) -> Template:
    return template(environment(service=text, top=top, port=port))


def container(generated: Template) -> dict[str, Any]:
    (definition,) = json.loads(generated.only("aws_ecs_task_definition")["container_definitions"])
    assert isinstance(definition, dict)
    return definition


def execution(text: str = "") -> dict[str, dict[str, Any]]:
    return web(text).statements("service-web_roles_execution_permissions")


# --- container ------------------------------------------------------------------------------


def test_the_container_is_closed_and_logs() -> None:
    definition = container(web())
    assert definition["readonlyRootFilesystem"] is True
    assert "privileged" not in definition
    assert definition["logConfiguration"] == {
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": "/shop/test/web",
            "awslogs-region": "eu-west-1",
            "awslogs-stream-prefix": "web",
        },
    }
    group = web().named("aws_cloudwatch_log_group", "service-web_logs_group")
    assert (group["name"], group["retention_in_days"]) == ("/shop/test/web", 365)
    assert group["kms_key_id"] == "${aws_kms_key.key.arn}"
    assert group["depends_on"] == ["aws_kms_key_policy.key_policy"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {"stopTimeout": 30}),
        ("stop_timeout = 90", {"stopTimeout": 90}),
        ("read_only_root_filesystem = false", {"readonlyRootFilesystem": False}),
        (
            'writable_paths = ["/tmp", "/var/cache/app"]',
            {
                "mountPoints": [
                    {"sourceVolume": "writable-1", "containerPath": "/tmp", "readOnly": False},
                    {"sourceVolume": "writable-2", "containerPath": "/var/cache/app", "readOnly": False},
                ]
            },
        ),
        (
            f'environment = {{ B = "2", A = "1" }}\n secrets = {{ DB = "{SECRET}" }}',
            {
                "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                "secrets": [{"name": "DB", "valueFrom": SECRET}],
            },
        ),
    ],
    ids=["default", "time to stop", "writable root", "writable folders", "variables and secrets"],
)
def test_the_container_is_that_of_the_settings(text: str, expected: dict[str, object]) -> None:
    definition = container(web(text))
    assert {key: definition[key] for key in expected} == expected


def test_each_writable_folder_has_a_volume() -> None:
    folders = web('writable_paths = ["/tmp", "/var/cache/app"]').only("aws_ecs_task_definition")
    assert folders["volume"] == [{"name": "writable-1"}, {"name": "writable-2"}]
    assert "volume" not in web().only("aws_ecs_task_definition")


def test_the_size_and_processor_are_those_of_the_settings() -> None:
    definition = web('cpu = 1024\n memory = 4096\n architecture = "arm64"').only("aws_ecs_task_definition")
    assert (definition["cpu"], definition["memory"]) == ("1024", "4096")
    assert definition["runtime_platform"] == {"cpu_architecture": "ARM64", "operating_system_family": "LINUX"}
    assert definition["requires_compatibilities"] == ["FARGATE"]
    assert definition["network_mode"] == "awsvpc"
    default = web().only("aws_ecs_task_definition")
    assert default["runtime_platform"]["cpu_architecture"] == "X86_64"


@pytest.mark.parametrize(("top", "kept"), [("", True), ("disposable = true", False)], ids=["kept", "disposable"])
def test_a_revision_that_tasks_run_on_stays_registered_unless_all_is_disposable(top: str, kept: bool) -> None:
    assert web(top=top).only("aws_ecs_task_definition")["skip_destroy"] is kept


# --- roles ----------------------------------------------------------------------------------


def test_the_execution_role_may_pull_one_repository_log_and_nothing_more() -> None:
    assert {sid: body["resources"] for sid, body in execution().items()} == {
        "PullImages": ["arn:aws:ecr:eu-west-1:123456789012:repository/shop-test-web"],
        "LoginToEcr": ["*"],
        "WriteLogs": ["arn:aws:logs:eu-west-1:123456789012:log-group:/shop/test/web:*"],
    }
    assert execution()["LoginToEcr"]["actions"] == ["ecr:GetAuthorizationToken"]


def test_the_execution_role_may_read_exactly_the_secrets_that_are_set() -> None:
    secrets = f'secrets = {{ A = "{SECRET}:key::", B = "{SECRET}", C = "{PARAMETER}" }}'
    statements = execution(f'{secrets}\n secrets_kms_keys = ["{KEY}"]')
    assert statements["ReadSecrets"]["resources"] == [SECRET]
    assert statements["ReadParameters"]["resources"] == [PARAMETER]
    assert statements["DecryptSecrets"]["resources"] == [KEY]


def test_the_application_has_no_permissions_unless_it_is_given_policies() -> None:
    assert not any("roles_task" in name for name in web().resources("aws_iam_role_policy"))
    assert web().resources("aws_iam_role_policy_attachment") == {}
    policy = "arn:aws:iam::123456789012:policy/read-orders"
    given = web(f'task_policies = ["{policy}"]')
    ((name, attachment),) = given.resources("aws_iam_role_policy_attachment").items()
    assert attachment["policy_arn"] == policy
    assert attachment["role"] == "${aws_iam_role.service-web_roles_task_role.name}"
    # From the first task's start to the end of the last one.
    assert f"aws_iam_role_policy_attachment.{name}" in given.only("aws_ecs_service")["depends_on"]


@pytest.mark.parametrize("kind", ["execution", "task"])
def test_roles_of_tasks_are_for_tasks_of_this_account(kind: str) -> None:
    trust = web().statements(f"service-web_roles_{kind}_trust")["Trust"]
    assert trust["principals"] == [{"type": "Service", "identifiers": ["ecs-tasks.amazonaws.com"]}]
    assert [(each["variable"], each["values"]) for each in trust["condition"]] == [
        ("aws:SourceAccount", ["123456789012"]),
        ("aws:SourceArn", ["arn:aws:ecs:eu-west-1:123456789012:*"]),
    ]


def test_ecs_exec_is_off_by_default_and_has_its_permissions_where_it_is_on() -> None:
    assert web().only("aws_ecs_service")["enable_execute_command"] is False
    shell = web(EXEC)
    assert shell.only("aws_ecs_service")["enable_execute_command"] is True
    assert "aws_iam_role_policy.service-web_roles_task_policy" in shell.only("aws_ecs_service")["depends_on"]
    statements = shell.statements("service-web_roles_task_permissions")
    assert "ssmmessages:OpenDataChannel" in statements["ExecChannels"]["actions"]
    assert statements["ExecWriteLogs"]["resources"] == [
        "arn:aws:logs:eu-west-1:123456789012:log-group:/shop/test/exec:*"
    ]


# --- image of revision 1 --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "answers"),
    [
        pytest.param(
            'health_check { path = "/well" }', {"/well": 200, "/anything/else?x=1": 200}, id="port and health path"
        ),
        pytest.param(
            'health_check {\n path = "/well"\n status = "204,200"\n}\n'
            'release {\n engine = "ecs"\n smoke_test {\n path = "/deep?full=1"\n expect = 418\n}\n}',
            {"/well": 204, "/deep?full=1": 418},
            id="status of health check and smoke test",
        ),
    ],
)
def test_the_first_image_answers_as_the_checks_expect(service: str, answers: dict[str, int]) -> None:
    with _first_image(service) as port:
        assert {path: _status(port, path) for path in answers} == answers


@pytest.mark.parametrize(
    ("image", "repository"),
    [
        ("public.ecr.aws/nginx/nginx:stable", None),
        (
            "210987654321.dkr.ecr.us-east-1.amazonaws.com/team/first:1",
            "arn:aws:ecr:us-east-1:210987654321:repository/team/first",
        ),
        (
            f"210987654321.dkr.ecr.us-east-1.amazonaws.com/first@sha256:{'0' * 64}",
            "arn:aws:ecr:us-east-1:210987654321:repository/first",
        ),
    ],
)
def test_an_own_image_runs_its_own_command_and_may_be_pulled(image: str, repository: str | None) -> None:
    text = f'bootstrap_image = "{image}"'
    definition = container(web(text))
    assert definition["image"] == image
    assert "command" not in definition
    assert execution(text)["PullImages"]["resources"][1:] == ([repository] if repository else [])


@contextmanager
def _first_image(service: str) -> Iterator[int]:
    """Run the container of revision 1; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    definition = container(web(service, port=port))
    assert re.fullmatch(r"public\.ecr\.aws/docker/library/python:3\.\d+-alpine", definition["image"])
    python, *arguments = definition["command"]
    assert python == "python"
    server = subprocess.Popen([sys.executable, *arguments])
    try:
        yield port
    finally:
        server.kill()
        server.wait()


def _status(port: int, path: str) -> int:
    deadline = time.monotonic() + 10
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
                return int(answer.status)
        except urllib.error.HTTPError as answer:
            return answer.code
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
