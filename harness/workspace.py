"""A scratch copy of an environment, in which Terraform runs unattended."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import diagnostics
from harness.diagnostics import Diagnostic
from harness.errors import HarnessError
from harness.terraforms import Terraform
from modules.settings.load import GENERATED

_STATE = "cutover_override.tf.json"
_PLAN = "planned.tfplan"
_LOCAL_STATE = {"terraform": {"backend": {"local": {"path": "terraform.tfstate"}}}}


@dataclass(frozen=True)
class Outcome:
    """How one command ended. ``seconds`` is how long it took, ``output`` all that it printed."""

    command: str
    exit_code: int
    seconds: float
    output: str
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What kept it from ending well; empty if it did."""
        return tuple(each for each in self.diagnostics if each.severity == "error")

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What it was not happy with."""
        return tuple(each for each in self.diagnostics if each.severity == "warning")


class Workspace:
    """A folder that holds one root module; ``folder`` may be looked into and added to.

    Nothing of the caller's Terraform or AWS configuration reaches the commands; ``variables`` does.
    """

    def __init__(self, folder: Path, terraform: Terraform, variables: Mapping[str, str]) -> None:
        self.folder = folder
        self.terraform = terraform
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("TF_", "AWS_"))},
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "TF_CLI_CONFIG_FILE": os.devnull,
            "CHECKPOINT_DISABLE": "1",
            **variables,
        }

    def init(self) -> Outcome:
        """``terraform init``: backend and providers."""
        return self.run("init", "-json")

    def validate(self) -> Outcome:
        """``terraform validate``: the configuration against the provider's schema and rules."""
        return self.run("validate", "-json")

    def plan(self, *arguments: str) -> Outcome:
        """``terraform plan``, kept for ``apply`` and ``planned``; its exit code is 0 for no changes, 2 for some."""
        return self.run("plan", "-json", "-detailed-exitcode", f"-out={_PLAN}", *arguments)

    def apply(self) -> Outcome:
        """``terraform apply`` of what was planned last."""
        return self.run("apply", "-json", _PLAN)

    def destroy(self) -> Outcome:
        """``terraform destroy`` of everything in the state."""
        return self.run("destroy", "-json", "-auto-approve")

    def planned(self) -> dict[str, Any]:
        """What was planned last, as ``terraform show -json`` tells it.

        https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
        """
        return self._show(_PLAN)

    def planned_text(self) -> str:
        """What was planned last, in Terraform's words for people."""
        return self.run("show", "-no-color", _PLAN).output

    def state(self) -> list[str]:
        """The addresses of the managed resources in the state, in Terraform's order."""
        resources = self._show().get("values", {}).get("root_module", {}).get("resources", [])
        return [each["address"] for each in resources if each["mode"] == "managed"]

    def run(self, command: str, *arguments: str) -> Outcome:
        """Runs one command to its end."""
        started = time.perf_counter()
        ran = subprocess.run(
            [*self.terraform.command, command, *arguments],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        failed = ran.returncode not in ((0, 2) if "-detailed-exitcode" in arguments else (0,))
        seconds = time.perf_counter() - started
        said = diagnostics.read(ran.stdout, ran.stderr, failed)
        return Outcome(command, ran.returncode, seconds, ran.stdout + ran.stderr, said)

    def _show(self, *arguments: str) -> dict[str, Any]:
        outcome = self.run("show", "-json", *arguments)
        # Warnings about the CLI configuration and the like come before or after the document.
        text = next((line for line in outcome.output.splitlines() if line.startswith("{")), "")
        if outcome.exit_code or not text:
            raise HarnessError(f"terraform show failed: {outcome.output.strip()}")
        shown: dict[str, Any] = json.loads(text)
        return shown


@contextmanager
def of(environment: Path, terraform: Terraform, variables: Mapping[str, str]) -> Iterator[Workspace]:
    """A workspace with the Terraform files of an environment's folder, for as long as the ``with`` block lasts.

    The files are copied as they are, so that lines in diagnostics are theirs. The state is local to the
    workspace whichever backend they name: an override file, which Terraform reads last, says so.
    """
    with tempfile.TemporaryDirectory(prefix=f"cutover-{environment.name}-") as scratch:
        folder = Path(scratch)
        for file in [*environment.glob("*.tf"), *environment.glob("*.tf.json")]:
            shutil.copy(file, folder)
        (folder / _STATE).write_text(json.dumps(_LOCAL_STATE), encoding="utf-8")
        yield Workspace(folder, terraform, variables)


def unprotect(folder: Path) -> None:
    """Lifts every ``prevent_destroy`` from the generated Terraform in ``folder``."""
    file = folder / GENERATED
    document = json.loads(file.read_text(encoding="utf-8"))
    for resources in document.get("resource", {}).values():
        for body in resources.values():
            body.get("lifecycle", {}).pop("prevent_destroy", None)
    file.write_text(json.dumps(document), encoding="utf-8")
