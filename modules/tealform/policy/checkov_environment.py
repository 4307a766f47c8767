"""checkov's own virtual environment, in the user's cache. Tealform installs it when it first needs it.

checkov's requirements stay apart from Tealform's own, so that neither restricts the versions of the other.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
from importlib.resources import files
from pathlib import Path

from tealform import cache
from tealform.errors import TealformError
from tealform.terraform import subprocesses

REQUIREMENTS = Path(str(files("tealform.policy") / "checkov-requirements.txt"))
"""What is installed, with hashes."""

MARKER = "complete"
"""The file in a complete environment that is written last."""

MISSING_MODULE_FIX = "install Python's venv package (Debian, Ubuntu: apt-get install python3-venv)"

_INSTALL = ("install", "--require-hashes", "--no-compile", "--quiet", "--disable-pip-version-check", "--no-user")
_WITHHELD = ("PYTHON", "__PYVENV", "PIP_PREFIX", "PIP_PYTHON", "PIP_ROOT", "PIP_TARGET", "PIP_USER", "AWS_", "TF_")
"""How variables begin that pip does not get: those that lead it to another Python or folder, and credentials."""

_LAST_LINES = 15

_threads = threading.Lock()
_failures: dict[Path, str] = {}
"""Why an environment could not be installed. It is not tried again: the gate runs checkov several times."""


def find_python() -> Path:
    """Return the Python of checkov's environment; create the environment if it does not exist or is incomplete.

    One process installs, others wait. Standard error gets a line before either. Raises ``TealformError`` if Python lacks what
    creates environments, pip fails, or the user's cache cannot be written.
    """
    folder = cache.locate(name_folder())
    python = folder / "bin" / "python"
    with _threads:
        cache.mark_used(folder.name)
        if _is_complete(folder):
            return python
        if folder in _failures:
            raise TealformError(_failures[folder])
        try:
            with cache.lock(folder.name, "installing checkov"):
                if not _is_complete(folder):
                    _install(folder)
            cache.remove_unused(folder.name)
        except TealformError as error:
            _failures[folder] = str(error)
            raise
        except BaseException:
            _failures[folder] = "the installation of checkov was interrupted"
            raise
    return python


def find_installed() -> Path | None:
    """Return the folder of the environment if it is complete; nothing is installed."""
    folder = cache.locate(name_folder())
    return folder if _is_complete(folder) else None


def name_folder() -> str:
    """Return the name of the environment's folder, which differs for other requirements and for another Python."""
    built_for = f"{sys.implementation.cache_tag} {sysconfig.get_config_var('SOABI')} {sysconfig.get_platform()}\n"
    return f"checkov-{hashlib.sha256(built_for.encode() + REQUIREMENTS.read_bytes()).hexdigest()[:16]}"


def _is_complete(folder: Path) -> bool:
    # Its Python is a link to the one that created it, which may be gone.
    return (folder / MARKER).is_file() and (folder / "bin" / "python").exists()


def find_missing_module() -> str | None:
    """Return the module that this Python needs for virtual environments and does not have, if any."""
    return next((name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None), None)


def _install(folder: Path) -> None:
    if missing := find_missing_module():
        raise TealformError(
            f"checkov cannot be installed: {sys.executable} has no module {missing}; {MISSING_MODULE_FIX}"
        )
    print(f"Installing checkov in {folder}, once, about half a minute", file=sys.stderr, flush=True)
    # A killed process may have left a part of it.
    shutil.rmtree(folder, ignore_errors=True)
    _run(
        [sys.executable, "-I", "-m", "venv", str(folder)],
        f"the virtual environment {folder} cannot be created",
        f"is there enough space? {cache.VARIABLE} moves it to another folder",
    )
    _run(
        [str(folder / "bin" / "python"), "-I", "-m", "pip", *_INSTALL, "-r", str(REQUIREMENTS)],
        "pip cannot install checkov",
        "is the package index reachable? PIP_INDEX_URL names another one, HTTPS_PROXY a proxy",
    )
    try:
        (folder / MARKER).touch()
    except OSError as error:
        raise TealformError(f"{folder}: cannot be written: {error.strerror}") from error


def _run(command: list[str], problem: str, hint: str) -> None:
    """Run a command that ends with this process, however that ends; raise ``TealformError`` with its last lines if it fails."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_WITHHELD)}
    with (
        tempfile.TemporaryFile() as output,
        subprocess.Popen(
            subprocesses.watch_stdin(command),
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            code = process.wait()
        except BaseException:
            process.communicate()
            raise
        output.seek(0)
        lines = output.read().decode(errors="replace").strip().splitlines()
    if code:
        raise TealformError("\n".join([f"{problem}; {hint}", *lines[-_LAST_LINES:]]))
