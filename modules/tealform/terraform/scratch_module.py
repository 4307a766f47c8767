"""A scratch copy of an environment, in which Terraform runs unattended."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tealform.errors import TealformError
from tealform.settings.loader import GENERATED
from tealform.synth import terraform_json
from tealform.terraform import diagnostics, subprocesses, terraform_binaries
from tealform.terraform.diagnostics import Diagnostic
from tealform.terraform.terraform_binaries import Terraform

# Override files are read in the order of their names, and the last one decides.
_STATE = "~tealform_override.tf.json"
_PLAN = "planned.tfplan"
_NOT_CONFIGURATION = (".*", "*.tfstate", "*.tfstate.*", "*.tfplan")
_LOCAL_STATE = {"terraform": {"backend": {"local": {"path": "terraform.tfstate"}}}}


@dataclass(frozen=True)
class CommandResult:
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


class ScratchModule:
    """A folder that holds one root module; ``folder`` may be looked into and added to.

    Nothing of the caller's Terraform or AWS configuration reaches the commands; ``variables`` does.
    """

    def __init__(self, folder: Path, terraform: Terraform, variables: Mapping[str, str]) -> None:
        self.folder = folder
        self.terraform = terraform
        self._environment = {**terraform_binaries.unattended_environment(), **variables}

    def init(self, *arguments: str) -> CommandResult:
        """``terraform init``: backend and providers."""
        return self.run("init", "-json", *arguments)

    def validate(self) -> CommandResult:
        """``terraform validate``: the configuration against the provider's schema and rules."""
        return self.run("validate", "-json")

    def plan(self) -> CommandResult:
        """``terraform plan``, kept for ``apply`` and ``planned``; its exit code is 0 for no changes, 2 for some."""
        return self.run("plan", "-json", "-detailed-exitcode", f"-out={_PLAN}")

    def apply(self) -> CommandResult:
        """``terraform apply`` of what was planned last."""
        return self.run("apply", "-json", _PLAN)

    def destroy(self) -> CommandResult:
        """``terraform destroy`` of everything in the state."""
        return self.run("destroy", "-json", "-auto-approve")

    def planned(self) -> dict[str, Any]:
        """What was planned last, as ``terraform show -json`` tells it.

        https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
        """
        return self.shown(_PLAN)

    def planned_text(self) -> str:
        """What was planned last, in Terraform's words for people."""
        return self.run("show", "-no-color", _PLAN).output

    def state(self) -> list[str]:
        """The addresses of the managed resources in the state, in Terraform's order."""
        resources = self.shown().get("values", {}).get("root_module", {}).get("resources", [])
        return [each["address"] for each in resources if each["mode"] == "managed"]

    def outputs(self) -> dict[str, Any]:
        """The root module's outputs, as ``terraform show -json`` tells them."""
        return dict(self.shown().get("values", {}).get("outputs", {}))

    def shown(self, *arguments: str) -> dict[str, Any]:
        """What is in the state, or in the plan that is named, as ``terraform show -json`` tells it.

        https://developer.hashicorp.com/terraform/internals/json-format. Raises ``TealformError`` if it tells nothing.
        """
        outcome = self.run("show", "-json", *arguments)
        # Warnings about the CLI configuration and the like come before or after the document.
        text = next((line for line in outcome.output.splitlines() if line.startswith("{")), "")
        if outcome.exit_code or not text:
            raise TealformError(f"terraform show failed: {outcome.output.strip()}")
        shown: dict[str, Any] = json.loads(text)
        return shown

    def run(self, command: str, *arguments: str) -> CommandResult:
        """Runs one command to its end."""
        started = time.perf_counter()
        ran = subprocesses.run([*self.terraform.command, command, *arguments], self._environment, self.folder)
        failed = ran.returncode not in ((0, 2) if "-detailed-exitcode" in arguments else (0,))
        seconds = time.perf_counter() - started
        said = diagnostics.parse(ran.stdout, ran.stderr, failed)
        return CommandResult(command, ran.returncode, seconds, ran.stdout + ran.stderr, said)


@contextmanager
def copy_with_local_state(
    environment: Path, terraform: Terraform, variables: Mapping[str, str]
) -> Iterator[ScratchModule]:
    """A workspace with the files of an environment's folder, for as long as the ``with`` block lasts.

    State, lock file and what ``terraform init`` made are not among them. The files are copied as they are, so that
    lines in diagnostics are theirs. The state is local to the workspace whichever backend they name: an override file,
    which Terraform reads last, says so.
    """
    with copy_with_own_backend(environment, terraform, variables) as work:
        (work.folder / _STATE).write_text(json.dumps(_LOCAL_STATE), encoding="utf-8")
        yield work


@contextmanager
def copy_with_own_backend(
    environment: Path, terraform: Terraform, variables: Mapping[str, str]
) -> Iterator[ScratchModule]:
    """The same with the backend that the environment names.

    Raises ``TealformError`` for a file that cannot be copied.
    """
    with tempfile.TemporaryDirectory(prefix=f"tealform-{environment.name}-") as scratch:
        folder = Path(scratch, environment.name)
        try:
            shutil.copytree(environment, folder, ignore=shutil.ignore_patterns(*_NOT_CONFIGURATION))
        except shutil.Error as error:
            (_, _, reason), *_ = error.args[0]
            raise TealformError(f"environments/{environment.name} cannot be copied: {reason}") from error
        yield ScratchModule(folder, terraform, variables)


def unprotect(folder: Path) -> None:
    """Lifts every ``prevent_destroy`` from the generated Terraform in ``folder``."""
    file = folder / GENERATED
    document = json.loads(file.read_text(encoding="utf-8"))
    for resource in terraform_json.resources(document):
        for lifecycle in terraform_json.blocks(resource.body.get("lifecycle")):
            lifecycle.pop("prevent_destroy", None)
    file.write_text(json.dumps(document), encoding="utf-8")
