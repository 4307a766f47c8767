"""A stand-in for Terraform, whose plans change nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

_PROGRAM = """#!/bin/sh
case "$1" in
  init) mkdir -p .terraform/providers; {init} ;;
  plan) for option; do case "$option" in -out=*) touch "${{option#-out=}}" ;; esac; done ;;
  show) echo '{{"format_version": "1.2"}}' ;;
  apply) {apply} ;;
esac
"""


def put_on_path(folder: Path, monkeypatch: pytest.MonkeyPatch, init: str = ":", apply: str = ":") -> None:
    """Makes it the Terraform of this test; ``init`` and ``apply`` are what it does then, in the language of the shell."""
    program = folder / "terraform"
    folder.mkdir()
    program.write_text(_PROGRAM.format(init=init, apply=apply))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
