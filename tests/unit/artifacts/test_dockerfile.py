"""What the ``Dockerfile`` must hold to for Fargate: no root, a base that does not move, signals that arrive."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.unit.artifacts.contract import ARTIFACTS


@pytest.fixture(scope="module")
def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile in their order, with what follows each."""
    text = (ARTIFACTS / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def last(instructions: list[tuple[str, str]], name: str) -> str:
    return [rest for instruction, rest in instructions if instruction == name][-1]


def test_the_base_image_is_pinned_and_comes_from_public_ecr(instructions: list[tuple[str, str]]) -> None:
    (base,) = [rest for instruction, rest in instructions if instruction == "FROM"]

    assert re.fullmatch(r"public\.ecr\.aws/docker/library/python:\d+\.\d+[\w.-]*", base)


def test_it_does_not_run_as_root(instructions: list[tuple[str, str]]) -> None:
    user = last(instructions, "USER")

    assert re.fullmatch(r"\d+:\d+", user)
    assert "0" not in user.split(":")
    assert instructions[-1][0] == "CMD"


def test_the_command_is_no_shell_that_would_swallow_sigterm(instructions: list[tuple[str, str]]) -> None:
    assert json.loads(last(instructions, "CMD")) == ["python", "server.py"]
    assert "ENTRYPOINT" not in dict(instructions)


def test_it_needs_no_writable_root_file_system_and_does_not_hold_logs_back(
    instructions: list[tuple[str, str]],
) -> None:
    settings = dict(pair.split("=", 1) for pair in last(instructions, "ENV").split())

    assert settings["PYTHONDONTWRITEBYTECODE"] == "1"
    assert settings["PYTHONUNBUFFERED"] == "1"


def test_the_version_of_the_build_reaches_the_application(instructions: list[tuple[str, str]]) -> None:
    assert ("ARG", "VERSION=dev") in instructions
    assert "VERSION=$VERSION" in last(instructions, "ENV").split()


def test_no_port_is_fixed_at_build_time(instructions: list[tuple[str, str]]) -> None:
    assert "EXPOSE" not in dict(instructions)
    assert "PORT=" not in last(instructions, "ENV")


def test_only_the_application_reaches_the_build_context() -> None:
    rules = [line for line in (ARTIFACTS / ".dockerignore").read_text().splitlines() if not line.startswith("#")]

    assert rules[:2] == ["*", "!app"]
    assert [rule for rule in rules if rule.startswith("!")] == ["!app"]


def test_docker_asks_the_application_itself_whether_it_is_well(
    instructions: list[tuple[str, str]], tmp_path: Path
) -> None:
    options, _, command = last(instructions, "HEALTHCHECK").partition("CMD ")
    wget = tmp_path / "wget"
    wget.write_text('#!/bin/sh\necho "$*"; exit 4\n')
    wget.chmod(0o755)
    found = {"PATH": f"{tmp_path}:/bin:/usr/bin"}

    asked = [
        subprocess.run(["/bin/sh", "-c", command], env=found | port, capture_output=True, text=True, check=False)
        for port in ({}, {"PORT": "80"})
    ]

    assert [each.stdout.split()[-1] for each in asked] == ["http://127.0.0.1:8080/health", "http://127.0.0.1:80/health"]
    # Docker knows no other code for a container that is not well; wget has several.
    assert [each.returncode for each in asked] == [1, 1]
    assert "--timeout=" in options
