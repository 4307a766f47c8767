"""What runs before the first release: the very command, against the very health check."""

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

import pytest

from tests.support import environment, template


def test_the_first_image_answers_on_the_services_port_and_health_path() -> None:
    with _first_image('health_check { path = "/well" }') as port:
        assert _status(port, "/well") == 200
        assert _status(port, "/anything/else?x=1") == 200


def test_it_answers_the_status_that_health_check_and_smoke_test_want() -> None:
    checks = 'health_check {\n path = "/well"\n status = "204,200"\n}'
    test = 'release {\n engine = "ecs"\n smoke_test {\n path = "/deep?full=1"\n expect = 418\n}\n}'
    with _first_image(f"{checks}\n{test}") as port:
        assert _status(port, "/well") == 204
        assert _status(port, "/deep?full=1") == 418


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
    generated = template(environment(service=f'bootstrap_image = "{image}"'))
    (container,) = json.loads(generated.only("aws_ecs_task_definition")["container_definitions"])
    assert container["image"] == image
    assert "command" not in container
    pulled = generated.statements("service-web_roles_execution_permissions")["PullImages"]["resources"]
    assert pulled[1:] == ([repository] if repository else [])


@contextmanager
def _first_image(service: str) -> Iterator[int]:
    """The port that the container of revision 1 answers on, as long as it runs."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    definition = template(environment(service=service, port=port)).only("aws_ecs_task_definition")
    (container,) = json.loads(definition["container_definitions"])
    assert re.fullmatch(r"public\.ecr\.aws/docker/library/python:3\.\d+-alpine", container["image"])
    python, *arguments = container["command"]
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
