"""Root modules that need no provider, in a project that Terraform itself can plan and apply."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tealform.cli.main import main
from tealform.operations import plan_checks, root_module
from tealform.operations.plan_checks import PlanFindings
from tealform.operations.root_module import GeneratedModule
from tealform.plan.changes import Blocker
from tealform.policy import plan_gate
from tests import projects, support

GENERATED = "cdk.tf.json"
ADDRESS = "terraform_data.greeting"
Run = Callable[..., int]
Captured = pytest.CaptureFixture[str]

# The command line without the checks of a plan, which take longer than all the rest.
_UNCHECKED = """
import signal, sys
from tealform.cli import main
from tealform.operations import plan_checks
from tealform.policy import plan_gate
signal.signal(signal.SIGINT, signal.default_int_handler)
plan_checks.check = lambda *_: plan_checks.PlanFindings((), plan_gate.PlanGateResult())
sys.exit(main.main())
"""

# A stand-in for Terraform, whose plans change nothing.
_STAND_IN = """#!/bin/sh
case "$1" in
  init) mkdir -p .terraform/providers; {init} ;;
  plan) for option; do case "$option" in -out=*) touch "${{option#-out=}}" ;; esac; done ;;
  show) echo '{{"format_version": "1.2"}}' ;;
  apply) {apply} ;;
esac
"""


def greeting(**values: Any) -> dict[str, Any]:
    """Terraform with the input ``hello``, or another ``input``; another ``triggers_replace`` replaces it."""
    return {"resource": {"terraform_data": {"greeting": {"input": "hello", **values}}}}


def write(root: Path, document: dict[str, Any] | None = None, name: str = "dev", settings: str = "") -> GeneratedModule:
    folder = root / "environments" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "environment.hcl").write_text(f"{settings}\n{support.environment()}")
    generate(folder, document or greeting())
    projects.write_app(root)
    return root_module.find(root, name)


def generate(folder: Path, document: dict[str, Any]) -> None:
    (folder / GENERATED).write_text(json.dumps(document))


def resources(state: str | bytes) -> list[str]:
    """The names of the resources in a state, which may be empty."""
    return [each["name"] for each in json.loads(state)["resources"]] if state else []


def local_resources(module: GeneratedModule) -> list[str]:
    state = module.folder / "terraform.tfstate"
    # Terraform makes an empty file when it locks a state that does not exist yet.
    return resources(state.read_text()) if state.exists() else []


def unchecked_command(root: Path, *arguments: str) -> list[str]:
    """The command line on the project in ``root``, without the checks of a plan."""
    return [sys.executable, "-c", _UNCHECKED, "--root", str(root), *arguments]


def put_stand_in_on_path(folder: Path, monkeypatch: pytest.MonkeyPatch, init: str = ":", apply: str = ":") -> None:
    """``init`` and ``apply`` are what the stand-in does then, in the language of the shell."""
    projects.write_program(folder / "terraform", _STAND_IN.format(init=init, apply=apply))
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)


class FakeChecks:
    """The guard and the policies, which have tests of their own; ``calls`` are the module and whether all is destroyed."""

    def __init__(self) -> None:
        self.objections: tuple[Blocker, ...] = ()
        self.policy = plan_gate.PlanGateResult()
        self.calls: list[tuple[str, bool]] = []

    def check(self, _: Path, module: GeneratedModule, plan: dict[str, Any], destroys: bool) -> PlanFindings:
        assert plan["format_version"]
        self.calls.append((module.name, destroys))
        return PlanFindings(self.objections, self.policy)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> FakeChecks:
    checks = FakeChecks()
    monkeypatch.setattr(plan_checks, "check", checks.check)
    return checks


@pytest.fixture
def run(tmp_path: Path, checks: FakeChecks, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    return lambda *arguments: main(["--root", str(tmp_path), *arguments])
