"""A temporary copy of an environment, in which Terraform runs unattended."""

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
from tealform.terraform import diagnostics, subprocesses, terraform_binaries, terraform_cli
from tealform.terraform.diagnostics import Diagnostic
from tealform.terraform.terraform_binaries import Terraform

# Terraform reads override files in the order of their names, and the last one decides.
_STATE = "~tealform_override.tf.json"
_PLAN = "planned.tfplan"
_NOT_CONFIGURATION = (".*", "*.tfstate", "*.tfstate.*", "*.tfplan")
_LOCAL_STATE = {"terraform": {"backend": {"local": {"path": "terraform.tfstate"}}}}


@dataclass(frozen=True)
class CommandResult:
    """The result of one command. ``seconds`` is its duration, ``output`` all that it printed."""

    command: str
    exit_code: int
    seconds: float
    output: str
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The errors; empty if the command ended well."""
        return tuple(each for each in self.diagnostics if each.severity == "error")

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """The warnings."""
        return tuple(each for each in self.diagnostics if each.severity == "warning")


class ScratchModule:
    """A root module in a temporary ``folder``, which the caller may read and add to.

    The commands get ``variables``, but nothing of the caller's Terraform or AWS configuration.
    """

    def __init__(self, folder: Path, terraform: Terraform, variables: Mapping[str, str]) -> None:
        self.folder = folder
        self.terraform = terraform
        self._environment = {**terraform_binaries.unattended_environment(), **variables}

    def init(self, *arguments: str) -> CommandResult:
        """Run ``terraform init``: backend and providers."""
        return self.run("init", "-json", *arguments)

    def validate(self) -> CommandResult:
        """Run ``terraform validate``: the configuration against the provider's schema and rules."""
        return self.run("validate", "-json")

    def plan(self) -> CommandResult:
        """Run ``terraform plan`` for ``apply`` and ``planned``; the exit code is 0 for no changes, 2 for some."""
        return self.run("plan", "-json", "-detailed-exitcode", f"-out={_PLAN}")

    def apply(self) -> CommandResult:
        """Run ``terraform apply`` of the last plan."""
        return self.run("apply", "-json", _PLAN)

    def destroy(self) -> CommandResult:
        """Run ``terraform destroy`` of everything in the state."""
        return self.run("destroy", "-json", "-auto-approve")

    def planned(self) -> dict[str, Any]:
        """Return the last plan as the document of ``terraform show -json``.

        https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
        """
        return self.shown(_PLAN)

    def planned_text(self) -> str:
        """Return the last plan in Terraform's format for people."""
        return self.run("show", "-no-color", _PLAN).output

    def state(self) -> list[str]:
        """Return the addresses of the managed resources in the state, in Terraform's order."""
        resources = self.shown().get("values", {}).get("root_module", {}).get("resources", [])
        return [each["address"] for each in resources if each["mode"] == "managed"]

    def outputs(self) -> dict[str, Any]:
        """Return the root module's outputs as in ``terraform show -json``."""
        return dict(self.shown().get("values", {}).get("outputs", {}))

    def shown(self, *arguments: str) -> dict[str, Any]:
        """Return the state, or the plan that is named, as the document of ``terraform show -json``.

        https://developer.hashicorp.com/terraform/internals/json-format. Raises ``TealformError`` if there is none.
        """
        result = self.run("show", "-json", *arguments)
        shown = None if result.exit_code else terraform_cli.parse_document(result.output)
        if shown is None:
            raise TealformError(f"terraform show failed: {result.output.strip()}")
        return shown

    def run(self, command: str, *arguments: str) -> CommandResult:
        """Run one command to its end."""
        started = time.perf_counter()
        ran = subprocesses.run([*self.terraform.command, command, *arguments], self._environment, self.folder)
        failed = ran.returncode not in ((0, 2) if "-detailed-exitcode" in arguments else (0,))
        seconds = time.perf_counter() - started
        found = diagnostics.parse(ran.stdout, ran.stderr, failed)
        return CommandResult(command, ran.returncode, seconds, ran.stdout + ran.stderr, found)


@contextmanager
def copy_with_local_state(
    environment: Path, terraform: Terraform, variables: Mapping[str, str]
) -> Iterator[ScratchModule]:
    """Copy the files of an environment's folder for as long as the ``with`` block lasts.

    State, lock file and the files of ``terraform init`` are not copied. The others are unchanged, so that diagnostics have
    their lines. The state is local to the copy whichever backend they name: an override file, which Terraform reads last,
    says so. Raises ``TealformError`` for a file that cannot be copied.
    """
    with copy_with_own_backend(environment, terraform, variables) as work:
        (work.folder / _STATE).write_text(json.dumps(_LOCAL_STATE), encoding="utf-8")
        yield work


@contextmanager
def copy_with_own_backend(
    environment: Path, terraform: Terraform, variables: Mapping[str, str]
) -> Iterator[ScratchModule]:
    """Do the same, but keep the backend that the environment names."""
    with tempfile.TemporaryDirectory(prefix=f"tealform-{environment.name}-") as scratch:
        folder = Path(scratch, environment.name)
        try:
            shutil.copytree(environment, folder, ignore=shutil.ignore_patterns(*_NOT_CONFIGURATION))
        except shutil.Error as error:
            (_, _, reason), *_ = error.args[0]
            raise TealformError(f"environments/{environment.name} cannot be copied: {reason}") from error
        yield ScratchModule(folder, terraform, variables)


def unprotect(folder: Path) -> None:
    """Remove every ``prevent_destroy`` from the generated Terraform in ``folder``."""
    file = folder / GENERATED
    document = json.loads(file.read_text(encoding="utf-8"))
    for resource in terraform_json.resources(document):
        for lifecycle in terraform_json.blocks(resource.body.get("lifecycle")):
            lifecycle.pop("prevent_destroy", None)
    file.write_text(json.dumps(document), encoding="utf-8")
