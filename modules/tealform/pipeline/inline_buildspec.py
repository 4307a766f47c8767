"""Buildspecs with one of Tealform's programs in them, so that no repository needs to contain it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from importlib.resources import files

_SCRIPTS = files("tealform.pipeline") / "scripts"


def scripts() -> list[str]:
    """Return the file names of the programs, sorted."""
    return sorted(file.name for file in _SCRIPTS.iterdir() if file.name.endswith(".py"))


def buildspec(script: str, prints: str | None = None, files: Sequence[str] = ()) -> str:
    """Return the buildspec that runs ``scripts/<script>``.

    What the program writes to its output becomes the variable ``prints``, which later actions can read; ``files`` are the
    artifact. https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
    """
    program = textwrap.indent((_SCRIPTS / script).read_text(encoding="utf-8"), 8 * " ", lambda line: bool(line.strip()))
    begin, end = (f"{prints}=$(python3", f"\n        ) && export {prints}") if prints else ("python3", "")
    exported = f"\n  exported-variables:\n    - {prints}" if prints else ""
    artifacts = "".join(f"    - {file}\n" for file in files)
    return f"""\
version: 0.2

env:
  shell: bash{exported}

phases:
  build:
    on-failure: ABORT
    commands:
      - |
        {begin} - <<'PYTHON'
{program}        PYTHON{end}
""" + (f"\nartifacts:\n  files:\n{artifacts}" if files else "")
