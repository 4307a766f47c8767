"""``tealform doctor``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from tealform import console
from tealform.cli import repository
from tealform.cli.parameters import AsJson

if TYPE_CHECKING:
    from tealform.cli.diagnosis import Row

EXAMPLE = "tealform doctor"

_STYLES = {"ok": "green", "missing": "bold red", "error": "bold red", "optional": "yellow"}


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what is installed and what is missing, with its fix.

    Uses neither the network nor AWS, and works outside of a repository too. Exits with 1 if something that is needed is
    missing or broken.
    """
    from tealform.cli import diagnosis

    with console.progress("Checking the installation", sys.stderr):
        rows = diagnosis.diagnose(lambda: repository.find_root(context))
    is_ready = not any(row.status in ("missing", "error") for row in rows)
    if as_json:
        console.print_json([row.as_json() for row in rows])
    else:
        _print_rows(rows)
        print(
            "\nNothing that is needed is missing." if is_ready else "\nSomething that is needed is missing or broken."
        )
    if not is_ready:
        raise typer.Exit(1)


def _print_rows(rows: list[Row]) -> None:
    """Print aligned rows, each with its fix below it. No line is cut or wrapped, so that commands can be copied."""
    columns = [max(map(len, texts)) for texts in zip(*((row.status, row.name) for row in rows), strict=True)]
    margin = " " * (sum(columns) + 4)
    lines: list[tuple[str, str, str]] = []
    for row in rows:
        lines.append((row.status, f"{row.status:{columns[0]}}", f"  {row.name:{columns[1]}}  {row.detail}"))
        if row.fix:
            lines.append(("", "", f"{margin}fix: {row.fix}"))
    if not sys.stdout.isatty():
        for _, status, rest in lines:
            print(status + rest)
        return
    from rich.console import Console
    from rich.text import Text

    terminal = Console(highlight=False)
    for style, status, rest in lines:
        terminal.print(Text.assemble((status, _STYLES.get(style, "")), rest), soft_wrap=True)
