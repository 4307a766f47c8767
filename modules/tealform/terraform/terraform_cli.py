"""Runs Terraform in a root module's folder, as if it had been typed there."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tealform.errors import TealformError
from tealform.synth import environments
from tealform.terraform import diagnostics, interruptible_process, subprocesses, terraform_binaries
from tealform.terraform.init_state import InitRecord

_NEED_INIT = ("plan", "apply", "destroy", "output", "show", "state", "force-unlock", "import", "taint", "untaint")
# With these, init does not do all of its work.
_LEAVES_OUT = re.compile(r"--?(backend=[0f]|get=[0f]|h)", re.IGNORECASE)
_STANDARD_OUTPUT, _STANDARD_ERROR = 1, 2


def run(folder: Path, *args: str, complain: Callable[[str], None] | None = None) -> int:
    """Runs ``terraform <args>`` in the folder and returns its exit code (128 + n if signal n ended it).

    Input, output and errors are this process's own, so Terraform can ask for approval. Signals end Terraform in its own
    way, and this waits for that; see ``foreground.run`` for what is raised then. Commands that need it, like ``plan``
    and ``output``, are preceded by ``terraform init`` where it is due; if that fails, its exit code is returned.
    With ``complain``, that gets each line of Terraform's errors instead.
    Raises ``TealformError`` if nothing has been generated in the folder, or no Terraform is to be found.
    To be called from the main thread, which alone may handle signals.
    """
    command = _command(folder)
    if args[0] == "init":
        return _init(command, folder, args[1:], _STANDARD_OUTPUT)
    if failed := _init_if_due(command, folder, args[0]):
        return failed
    # Groups of commands take no options before the name of theirs.
    colour = [] if args[0] in ("state", "providers", "workspace") else _colour(_STANDARD_OUTPUT)
    return interruptible_process.run(
        [*command, args[0], *colour, *args[1:]], folder, _STANDARD_OUTPUT, complain or _STANDARD_ERROR
    )


def init_if_due(folder: Path) -> int:
    """Runs ``terraform init`` where it is due, on standard error; returns its exit code, 0 if it was not.

    It writes the lock file. Raises what ``run`` raises.
    """
    return _init_if_due(_command(folder), folder, "plan")


def listen(folder: Path, hear: Callable[[str], None], *args: str) -> int:
    """The same, but each line that Terraform writes to its output goes to ``hear``, without colours."""
    command = _command(folder)
    if failed := _init_if_due(command, folder, args[0]):
        return failed
    return interruptible_process.run([*command, args[0], "-no-color", *args[1:]], folder, hear, _STANDARD_ERROR)


def show(folder: Path, plan: Path) -> dict[str, Any]:
    """A plan file as ``terraform show -json`` tells it; for one of HCP Terraform that is what has been kept there.

    https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
    Raises ``TealformError`` with Terraform's words if it cannot be shown.
    """
    command = [*_command(folder), "show", "-json", str(plan)]
    ran = subprocesses.run(command, {**os.environ, "TF_IN_AUTOMATION": "1"}, folder)
    # Warnings about the CLI configuration and the like come before or after the document.
    text = next((line for line in ran.stdout.splitlines() if line.startswith("{")), "")
    if ran.returncode or not text:
        (*_, said) = diagnostics.read(ran.stdout, ran.stderr, failed=True)
        raise TealformError(f"{_shown(folder)}: the plan cannot be shown: {said.message}")
    shown: dict[str, Any] = json.loads(text)
    return shown


def data_folder(folder: Path) -> Path:
    """Where Terraform keeps what belongs to this checkout alone; never part of a configuration, never in git."""
    return folder / (os.environ.get("TF_DATA_DIR") or ".terraform")


def _command(folder: Path) -> tuple[str, ...]:
    environments.find_generated(folder)
    return terraform_binaries.every()[0].command


def _init_if_due(command: Sequence[str], folder: Path, before: str) -> int:
    if before not in _NEED_INIT or _record(folder).is_current():
        return 0
    print(f"terraform init in {_shown(folder)}", file=sys.stderr)
    # What «output» prints may be read by a program, so init's words go elsewhere.
    return _init(command, folder, ["-input=false"], _STANDARD_ERROR)


def _shown(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


def _init(command: Sequence[str], folder: Path, args: Sequence[str], output: int) -> int:
    record = _record(folder)
    record.begin()
    code = interruptible_process.run([*command, "init", *_colour(output), *args], folder, output, _STANDARD_ERROR)
    if code == 0 and not any(_LEAVES_OUT.match(each) for each in args):
        record.complete()
    return code


def _record(folder: Path) -> InitRecord:
    return InitRecord(folder, data_folder(folder))


def _colour(output: int) -> list[str]:
    # Terraform itself colours whatever it writes, be it a file or a log.
    return [] if os.isatty(output) else ["-no-color"]
