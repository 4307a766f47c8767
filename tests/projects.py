"""Repositories with one environment, ``dev``, and ways to run the command line on them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.inventory import ROOT

GREETING: dict[str, Any] = {
    "resource": {"terraform_data": {"greeting": {"input": "hello"}}},
    "output": {"greeting": {"value": "${terraform_data.greeting.output}"}},
}


KEEPS_GENERATED_FILES = """
from tealform import App
from tealform.synth.app import SynthResult

class Kept(App):
    def synth(self, root, names, echo):
        return SynthResult()

    refresh = synth

    def bootstrap(self, root, echo):
        return SynthResult()

app = Kept()
"""
"""A ``main.py`` whose app leaves the generated files as the test wrote them."""


def write_app(root: Path) -> None:
    """Write a ``main.py`` whose app leaves the generated files as they are."""
    (root / "main.py").write_text(KEEPS_GENERATED_FILES)


def write(root: Path, document: Any) -> Path:
    """Write what was generated for ``dev``, a JSON document or any text, and return the environment's folder."""
    folder = root / "environments" / "dev"
    folder.mkdir(parents=True, exist_ok=True)
    write_app(root)
    (folder / "cdk.tf.json").write_text(document if isinstance(document, str) else json.dumps(document))
    return folder


def write_program(file: Path, text: str) -> None:
    """Write a script that can be run, and the folders that it is in."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)


def without_terraform(root: Path) -> dict[str, str]:
    """This process's environment, but with the programs alone that Terraform's own provisioners need."""
    programs = root / "programs"
    programs.mkdir()
    for program in ("sh", "sleep", "touch"):
        (programs / program).symlink_to(str(shutil.which(program)))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    return kept | {"PATH": str(programs), "CHECKPOINT_DISABLE": "1"}


def command(root: Path, *arguments: str) -> list[str]:
    """The command line that runs the harness on the project in ``root``."""
    return [sys.executable, "-m", "tealform", "--root", str(root), *arguments]


def run(
    root: Path, *arguments: str, environment: dict[str, str] | None = None, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Runs the harness on the project in ``root`` with ``typed`` as its input."""
    return subprocess.run(
        command(root, *arguments),
        cwd=ROOT,
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )
