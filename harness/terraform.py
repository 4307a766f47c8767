"""Runs Terraform in a root module's folder, as if it had been typed there."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from harness import diagnostics, environments, programs, terraforms
from harness.errors import HarnessError
from modules.settings.load import GENERATED

_NEED_INIT = ("plan", "apply", "destroy", "output", "show", "state", "force-unlock", "import", "taint", "untaint")
_STANDARD_OUTPUT, _STANDARD_ERROR = 1, 2


def run(folder: Path, *args: str) -> int:
    """Runs ``terraform <args>`` in the folder and returns its exit code (128 + n if signal n ended it).

    Input, output and errors are this process's own, so Terraform can ask for approval. SIGINT and SIGTERM
    end Terraform in its own way, and this waits for that. Commands that need it, like ``plan`` and ``output``, are
    preceded by ``terraform init`` where it is due; if that fails, its exit code is returned.
    Raises ``HarnessError`` if nothing has been generated in the folder, or no Terraform is to be found.
    To be called from the main thread, which alone may handle signals.
    """
    command = _command(folder)
    if args[0] == "init":
        return _init(command, folder, args[1:], _STANDARD_OUTPUT)
    if failed := _init_if_due(command, folder, args[0]):
        return failed
    # Groups of commands take no options before the name of theirs.
    colour = [] if args[0] in ("state", "providers", "workspace") else _colour(_STANDARD_OUTPUT)
    return _wait_for([*command, args[0], *colour, *args[1:]], folder, _STANDARD_OUTPUT)


def listen(folder: Path, hear: Callable[[str], None], *args: str) -> int:
    """The same, but each line that Terraform writes to its output goes to ``hear``, without colours."""
    command = _command(folder)
    if failed := _init_if_due(command, folder, args[0]):
        return failed
    return _wait_for([*command, args[0], "-no-color", *args[1:]], folder, hear)


def show(folder: Path, plan: Path) -> dict[str, Any]:
    """A plan file as ``terraform show -json`` tells it; for one of HCP Terraform that is what has been kept there.

    https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
    Raises ``HarnessError`` with Terraform's words if it cannot be shown.
    """
    command = [*_command(folder), "show", "-json", str(plan)]
    ran = programs.run(command, {**os.environ, "TF_IN_AUTOMATION": "1"}, folder)
    # Warnings about the CLI configuration and the like come before or after the document.
    text = next((line for line in ran.stdout.splitlines() if line.startswith("{")), "")
    if ran.returncode or not text:
        (*_, said) = diagnostics.read(ran.stdout, ran.stderr, failed=True)
        raise HarnessError(f"{_shown(folder)}: the plan cannot be shown: {said.message}")
    shown: dict[str, Any] = json.loads(text)
    return shown


def data_folder(folder: Path) -> Path:
    """Where Terraform keeps what belongs to this checkout alone; never part of a configuration, never in git."""
    return folder / os.environ.get("TF_DATA_DIR", ".terraform")


def _command(folder: Path) -> tuple[str, ...]:
    environments.generated(folder)
    return terraforms.every()[0].command


def _init_if_due(command: Sequence[str], folder: Path, before: str) -> int:
    if before not in _NEED_INIT or not _init_is_due(folder):
        return 0
    print(f"terraform init in {_shown(folder)}", file=sys.stderr)
    # What «output» prints may be read by a program, so init's words go elsewhere.
    return _init(command, folder, ["-input=false"], _STANDARD_ERROR)


def _shown(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


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
    if record.exists():
        return record.read_text(encoding="utf-8") != _requirements(folder)
    # Where somebody ran «terraform init» by hand, there is no record, and Terraform itself says when it is outdated.
    return not any(entry.name != "cutover" for entry in record.parent.iterdir())


def _record(folder: Path) -> Path:
    return data_folder(folder) / "cutover-init"


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


def _wait_for(command: list[str], folder: Path, output: int | Callable[[str], None]) -> int:
    """Runs ``command`` to its end; a signal reaches it exactly once, since Terraform drops everything at a second one.

    A terminal sends Ctrl-C to Terraform as well, and nothing needs to be passed on. Without a terminal
    (CI), Terraform gets a process group of its own, so that whoever signals ours signals it through us only.
    """
    terminal = _has_terminal()
    process: subprocess.Popen[str] | None = None

    def pass_on(number: int, _: FrameType | None) -> None:
        if process is not None and not (terminal and number == signal.SIGINT):
            process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        sys.stdout.flush()
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=output if isinstance(output, int) else subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            process_group=None if terminal else 0,
        )
        if not isinstance(output, int):
            _pass_lines(process.stdout or (), output)
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def _pass_lines(lines: Iterable[str], hear: Callable[[str], None]) -> None:
    for line in lines:
        hear(line.rstrip("\n"))


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
