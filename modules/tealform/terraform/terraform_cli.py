"""Runs Terraform in a root module's folder, as if it was typed there, after ``terraform init`` where that is due."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tealform.errors import TealformError
from tealform.settings.loader import GENERATED
from tealform.synth import environments
from tealform.synth.environments import LOCK_FILE
from tealform.terraform import diagnostics, interruptible_process, subprocesses, terraform_binaries

_NEED_INIT = ("plan", "apply", "destroy", "output", "show", "state", "force-unlock", "import", "taint", "untaint")
_GROUPS = ("metadata", "providers", "state", "workspace")
# With these, init does not do all of its work.
_LEAVES_OUT = re.compile(r"--?(backend=[0f]|get=[0f]|h)", re.IGNORECASE)
_STANDARD_OUTPUT, _STANDARD_ERROR = 1, 2


def run(folder: Path, *args: str, on_error_line: Callable[[str], None] | None = None) -> int:
    """Run ``terraform <args>`` in the folder and return its exit code (128 + n if signal n ended it).

    Input, output and errors are this process's own, so Terraform can ask for approval. ``on_error_line`` gets each line
    of Terraform's errors instead. Signals end Terraform in its own way; see ``interruptible_process.run`` for what is
    raised then. ``terraform init`` runs before commands that need it, like ``plan`` and ``output``, where it is due; if
    it fails, its exit code is returned. Raises ``TealformError`` if nothing has been generated in the folder, or there
    is no Terraform. Call this from the main thread, which is the only one that can handle signals.
    """
    command = _command(folder)
    if args[0] == "init":
        return _init(command, folder, args[1:], _STANDARD_OUTPUT)
    if failed := _init_if_due(command, folder, args[0]):
        return failed
    # A group of commands takes no options before the name of its command.
    names = 2 if args[0] in _GROUPS and args[1:] and not args[1].startswith("-") else 1
    return interruptible_process.run(
        [*command, *args[:names], *_color(_STANDARD_OUTPUT), *args[names:]],
        folder,
        _STANDARD_OUTPUT,
        on_error_line or _STANDARD_ERROR,
    )


def stream_output(
    folder: Path, on_line: Callable[[str], None], on_error_line: Callable[[str], None], *args: str
) -> int:
    """Do the same, but pass each line of Terraform's output and errors to these functions, without colors."""
    command = _command(folder)
    if failed := _init_if_due(command, folder, args[0]):
        return failed
    return interruptible_process.run([*command, args[0], "-no-color", *args[1:]], folder, on_line, on_error_line)


def init_if_due(folder: Path) -> int:
    """Run ``terraform init`` where it is due, on standard error; return its exit code, or 0 if it was not due.

    It writes the lock file. Raises what ``run`` raises.
    """
    return _init_if_due(_command(folder), folder, "plan")


def show(folder: Path, plan: Path) -> dict[str, Any]:
    """Return a plan file as the document of ``terraform show -json``. HCP Terraform provides that for a plan of its own.

    https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
    Raises ``TealformError`` with Terraform's message if the plan cannot be shown.
    """
    command = [*_command(folder), "show", "-json", str(plan.absolute())]
    ran = subprocesses.run(command, {**os.environ, "TF_IN_AUTOMATION": "1"}, folder)
    shown = None if ran.returncode else parse_document(ran.stdout)
    if shown is None:
        (*_, error) = diagnostics.parse(ran.stdout, ran.stderr, failed=True)
        raise TealformError(f"{_label(folder)}: the plan cannot be shown: {error.message}")
    return shown


def parse_document(output: str) -> dict[str, Any] | None:
    """Return the document in the output of ``terraform show -json``, or ``None`` if it has none.

    Warnings, like those about the CLI configuration, come before or after it.
    """
    text = next((line for line in output.splitlines() if line.startswith("{")), None)
    return None if text is None else dict(json.loads(text))


def data_folder(folder: Path) -> Path:
    """Return Terraform's folder for what belongs to this checkout only; never part of a configuration, never in git."""
    return folder / (os.environ.get("TF_DATA_DIR") or ".terraform")


class _InitRecord:
    """What ``terraform init`` was last run for in ``folder``, so that it is repeated exactly where it is due.

    The record is in Terraform's data folder. Without one, ``terraform init`` is due even if it was run by hand: its files
    do not say whether it was completed, and another one is quick and changes nothing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._data = folder, data_folder(folder)
        self._file = self._data / "tealform-init"

    def is_current(self) -> bool:
        """Whether ``terraform init`` has nothing to do."""
        return self._file.is_file() and self._file.read_bytes() == self._digest()

    def begin(self) -> None:
        """Invalidate the record before ``terraform init``, which can be interrupted."""
        self._data.mkdir(parents=True, exist_ok=True)
        self._file.write_bytes(b"")

    def complete(self) -> None:
        """Write the record after ``terraform init`` has done all of its work."""
        self._file.write_bytes(self._digest())

    def _digest(self) -> bytes:
        """Return a digest of the input of ``terraform init``, which reveals nothing: a backend can contain passwords."""
        digest = hashlib.sha256(self._generated())
        for file in (self._folder / LOCK_FILE, *self._handwritten()):
            content = file.read_bytes() if file.is_file() else b""
            digest.update(f"\n{os.path.relpath(file, self._folder)}\n{hashlib.sha256(content).hexdigest()}".encode())
        return digest.hexdigest().encode()

    def _generated(self) -> bytes:
        """Return the relevant part of the generated file: providers, backend and modules, but not resources."""
        try:
            document = json.loads((self._folder / GENERATED).read_bytes())
            return json.dumps([document.get("terraform"), document.get("module")], sort_keys=True).encode()
        except (ValueError, AttributeError, RecursionError):
            return b""  # Terraform explains what is wrong with such a file.

    def _handwritten(self) -> Iterator[Path]:
        """Yield the files beside the generated one and those of modules, each of which can require another provider."""
        for folder in sorted({self._folder, *self._modules()}):
            for file in sorted((*folder.glob("*.tf"), *folder.glob("*.tf.json"))):
                if file != self._folder / GENERATED:
                    yield file

    def _modules(self) -> list[Path]:
        """Return the folders of the modules that ``terraform init`` has found."""
        try:
            found = json.loads((self._data / "modules" / "modules.json").read_bytes())
            return [self._folder / module["Dir"] for module in found["Modules"]]
        except (OSError, ValueError, LookupError, TypeError):
            return []


def _command(folder: Path) -> tuple[str, ...]:
    environments.find_generated(folder)
    return terraform_binaries.list_terraforms()[0].command


def _init_if_due(command: Sequence[str], folder: Path, before: str) -> int:
    if before not in _NEED_INIT or _InitRecord(folder).is_current():
        return 0
    print(f"terraform init in {_label(folder)}", file=sys.stderr)
    # A program may read the output of "output", so that of init goes elsewhere.
    return _init(command, folder, ["-input=false"], _STANDARD_ERROR)


def _init(command: Sequence[str], folder: Path, args: Sequence[str], output: int) -> int:
    record = _InitRecord(folder)
    record.begin()
    code = interruptible_process.run([*command, "init", *_color(output), *args], folder, output, _STANDARD_ERROR)
    if code == 0 and not any(_LEAVES_OUT.match(each) for each in args):
        record.complete()
    return code


def _label(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


def _color(output: int) -> list[str]:
    # Terraform itself colors everything that it writes, even into a file or a log.
    # https://no-color.org
    return [] if os.isatty(output) and not os.environ.get("NO_COLOR") else ["-no-color"]
