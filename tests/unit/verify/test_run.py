"""The commands as users type them, on a machine without the real provider, and concurrent runs."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tealform.cli.main import main
from tealform.terraform.subprocesses import HALT
from tealform_harness.verify.aws_provider import VARIABLE
from tealform_harness.verify.result import EMULATED_STAGES
from tealform_harness.verify.run import run_concurrently
from tests import projects, support
from tests.inventory import ROOT
from tests.unit.bootstrap.projects import ACCOUNT, S3, shared, write

pytestmark = pytest.mark.long_file

TEXT = support.environment()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = projects.write(tmp_path, support.template(TEXT, "dev").document)
    (folder / "environment.hcl").write_text(TEXT)
    return tmp_path


@pytest.fixture
def without_provider(tmp_path: Path) -> dict[str, str]:
    """Without a Terraform on PATH either: the embedded one serves."""
    (tmp_path / "nothing").mkdir()
    return projects.without_terraform(tmp_path) | {VARIABLE: str(tmp_path / "nothing")}


class Ran(NamedTuple):
    """The exit code of a command and what it printed."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(project: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs a command on the project in this process, which starts faster than another one."""
    return lambda *arguments: Ran(main(["--root", str(project), *arguments]), *capsys.readouterr())


@pytest.fixture
def here_without_provider(without_provider: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ.keys() - without_provider.keys():
        monkeypatch.delenv(name)
    for name, value in without_provider.items():
        monkeypatch.setenv(name, value)


def _misspell(project: Path) -> None:
    file = project / "environments" / "dev" / "cdk.tf.json"
    file.write_text(file.read_text().replace('"cidr_block"', '"cidr_blok"'))


@pytest.mark.slow
def test_stages_without_a_provider_are_skipped(project: Path, without_provider: dict[str, str]) -> None:
    ran = projects.run(project, "verify", "dev", "--json", environment=without_provider)
    assert ran.returncode == 0, ran.stderr
    results = json.loads(ran.stdout)["results"]
    assert {each["stage"]: each["status"] for each in results} == {
        "schema": "passed",
        "life": "passed",
        **dict.fromkeys(EMULATED_STAGES, "skipped"),
    }
    assert f"skipped: {', '.join(EMULATED_STAGES)}: {VARIABLE} names" in ran.stderr


@pytest.mark.usefixtures("here_without_provider")
def test_failed_environment_goes_no_further(project: Path, run: Callable[..., Ran]) -> None:
    _misspell(project)
    ran = run("verify")
    assert ran.returncode == 1
    assert "cidr_blok" in ran.stdout
    assert "life" not in ran.stdout
    assert "an earlier stage did not pass" in ran.stdout


@pytest.mark.usefixtures("here_without_provider")
def test_real_provider_that_is_missing_is_an_error(run: Callable[..., Ran]) -> None:
    ran = run("verify", "--real-provider", "dev")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert f"{VARIABLE} names" in ran.stderr


@pytest.mark.slow
def test_mistake_is_not_removed_as_an_argument_that_an_older_provider_lacks(
    project: Path, without_provider: dict[str, str]
) -> None:
    program = Path(without_provider[VARIABLE]) / "terraform-provider-aws_v5.100.0_x5"
    program.write_text(f"#!/bin/sh\ntouch {project / 'started'}\n")
    program.chmod(0o755)
    _misspell(project)
    ran = projects.run(project, "verify", "--real-provider", "dev", environment=without_provider)
    assert ran.returncode == 1
    assert "dev: schema: failed" in ran.stdout
    assert "cidr_blok" in ran.stdout
    assert not (project / "started").exists()


@pytest.mark.parametrize("option", [(), ("--offline",), ("--real-provider",)])
def test_nothing_to_verify_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: tuple[str, ...]
) -> None:
    (tmp_path / "environments").mkdir()
    projects.write_app(tmp_path)
    assert main(["--root", str(tmp_path), "verify", *option]) == 2
    assert "contains no environment to verify" in capsys.readouterr().err


def test_offline_plan_lists_what_a_first_apply_creates(run: Callable[..., Ran]) -> None:
    ran = run("plan", "--offline", "dev")
    assert ran.returncode == 0, ran.stderr
    count = sum(len(each) for each in support.template(TEXT, "dev").document["resource"].values())
    assert f"dev: {count} to create" in ran.stdout
    assert "nothing was asked of AWS" in ran.stdout
    assert re.search(r"^  service-web +\d+  \[service\.web\](.|\n {9})*\becs_service\b", ran.stdout, re.MULTILINE)


@pytest.mark.slow
def test_offline_plan_prints_terraforms_text_or_json(project: Path) -> None:
    assert (
        "# aws_ecs_service.service-web_service will be created"
        in projects.run(project, "plan", "--offline", "dev", "--full").stdout
    )
    plan = json.loads(projects.run(project, "plan", "--offline", "dev", "--json").stdout)
    assert plan["counts"]["create"] == len(plan["changes"]) > 0
    assert "aws_ecs_service.service-web_service" in [each["address"] for each in plan["changes"]]


def test_closed_output_is_no_error(project: Path) -> None:
    command = shlex.join(projects.command(project, "plan", "--offline", "dev", "--full"))
    ran = subprocess.run(["bash", "-c", f"{command} | head -n 1"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (ran.stdout.count("\n"), ran.stderr) == (1, "")


def test_offline_plan_of_a_broken_environment_says_where(project: Path, run: Callable[..., Ran]) -> None:
    _misspell(project)
    ran = run("plan", "--offline", "dev")
    assert ran.returncode == 1
    assert "environments/dev/environment.hcl:5: network: " in ran.stderr
    assert ran.stdout == ""


def test_concurrent_sources_do_not_wait_for_each_other() -> None:
    both = threading.Barrier(2, timeout=10)

    def source(name: str) -> Iterator[str]:
        yield f"{name} begins"
        both.wait()
        yield f"{name} ends"

    items = list(run_concurrently([source("one"), source("two")]))
    assert sorted(items) == ["one begins", "one ends", "two begins", "two ends"]
    assert items.index("one begins") < items.index("one ends")


def test_failure_of_one_source_is_raised_after_the_others_have_ended() -> None:
    def failing() -> Iterator[str]:
        yield "before"
        raise ValueError("broken")

    items: list[str] = []
    with pytest.raises(ValueError, match="broken"):
        items.extend(run_concurrently([failing(), iter(["whole"])]))
    assert sorted(items) == ["before", "whole"]


def test_closing_ends_the_sources_early() -> None:
    cleaned_up = threading.Event()

    def endless() -> Iterator[str]:
        try:
            while True:
                yield "one more"
                HALT.get().check()
        finally:
            cleaned_up.set()

    items = run_concurrently([endless()])
    assert next(items) == "one more"
    with contextlib.closing(items):
        pass
    assert cleaned_up.is_set()


def test_no_source_yields_nothing() -> None:
    assert list(run_concurrently([])) == []


def test_offline_plan_of_what_an_account_needs_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"dev": shared(S3)})
    support.bootstrap(tmp_path)
    projects.write_app(tmp_path)
    assert main(["--root", str(tmp_path), "plan", "--offline", f"bootstrap/{ACCOUNT}"]) == 0
    assert f'unset -> "shop-terraform-state-{ACCOUNT}"' in capsys.readouterr().out
