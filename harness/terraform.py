"""Runs Terraform in an environment's folder, as if it had been typed there."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from harness import environments, terraforms
from modules.settings.load import GENERATED

_NEED_INIT = ("plan", "apply", "destroy", "output")
_STANDARD_OUTPUT, _STANDARD_ERROR = 1, 2


def run(environment_folder: Path, *args: str) -> int:
    """Runs ``terraform <args>`` in the folder and returns its exit code (128 + n if signal n ended it).

    Input, output and errors are this process's own, so Terraform can ask for approval. SIGINT and SIGTERM
    end Terraform in its own way, and this waits for that. ``plan``, ``apply``, ``destroy`` and
    ``output`` are preceded by ``terraform init`` where it is due; if that fails, its exit code is returned.
    Raises ``HarnessError`` if nothing has been generated in the folder, or no Terraform is to be found.
    To be called from the main thread, which alone may handle signals.
    """
    environments.generated(environment_folder)
    command = terraforms.every()[0].command
    if args[0] in _NEED_INIT and _init_is_due(environment_folder):
        print(f"terraform init in environments/{environment_folder.name}", file=sys.stderr)
        # What «output» prints may be read by a program, so init's words go elsewhere.
        failed = _init(command, environment_folder, ["-input=false"], _STANDARD_ERROR)
        if failed:
            return failed
    if args[0] == "init":
        return _init(command, environment_folder, args[1:], _STANDARD_OUTPUT)
    return _wait_for([*command, args[0], *_colour(_STANDARD_OUTPUT), *args[1:]], environment_folder, _STANDARD_OUTPUT)


def _init(command: Sequence[str], folder: Path, args: Sequence[str], output: int) -> int:
    code = _wait_for([*command, "init", *_colour(output), *args], folder, output)
    if code == 0:
        record = _record(folder)
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(_requirements(folder), encoding="utf-8")
    return code


def _init_is_due(folder: Path) -> bool:
    record = _record(folder)
    if not record.parent.exists():
        return True
    # Where somebody ran «terraform init» by hand, there is no record, and Terraform itself says when it is outdated.
    return record.exists() and record.read_text(encoding="utf-8") != _requirements(folder)


def _record(folder: Path) -> Path:
    return folder / os.environ.get("TF_DATA_DIR", ".terraform") / "cutover-init"


def _requirements(folder: Path) -> str:
    """A digest of what ``terraform init`` acts on: providers, backend, modules and the lock file."""
    lock = folder / ".terraform.lock.hcl"
    locked = lock.read_text(encoding="utf-8") if lock.exists() else ""
    try:
        document = json.loads((folder / GENERATED).read_text(encoding="utf-8"))
        wanted = json.dumps([document.get("terraform"), document.get("module")], sort_keys=True)
    except (ValueError, AttributeError):
        wanted = ""  # Terraform explains what is wrong with such a file.
    return hashlib.sha256(f"{wanted}\n{locked}".encode()).hexdigest()


def _colour(output: int) -> list[str]:
    # Terraform itself colours whatever it writes, be it a file or a log.
    return [] if os.isatty(output) else ["-no-color"]


def _wait_for(command: list[str], folder: Path, output: int) -> int:
    """Runs ``command`` to its end; a signal reaches it exactly once, since Terraform drops everything at a second one.

    A terminal sends Ctrl-C to Terraform as well, and nothing needs to be passed on. Without a terminal
    (CI), Terraform gets a process group of its own, so that whoever signals ours signals it through us only.
    """
    terminal = _has_terminal()
    process: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, _: FrameType | None) -> None:
        if process is not None and not (terminal and number == signal.SIGINT):
            process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        sys.stdout.flush()
        process = subprocess.Popen(command, cwd=folder, stdout=output, process_group=None if terminal else 0)
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
