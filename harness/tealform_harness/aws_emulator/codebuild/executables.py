"""Executable files that stand in for others on a PATH."""

from __future__ import annotations

import shlex
from pathlib import Path


def write_executable(path: Path, *command: str) -> None:
    """Writes an executable file that runs ``command`` with the arguments that it gets."""
    path.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
