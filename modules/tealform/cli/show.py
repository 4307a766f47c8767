"""``tealform show``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tealform import console
from tealform.cli import repository
from tealform.cli.parameters import AsJson, complete_environment

if TYPE_CHECKING:
    from tealform.settings.effective import EffectiveSetting

EXAMPLE = "tealform show prod"

_HEADER = ("SETTING", "VALUE", "ORIGIN")
_DEFAULT = "default"
# A longer value moves the origin of its own line only.
_WIDEST = 60


def show(
    context: typer.Context,
    environment: Annotated[
        str, typer.Argument(metavar="ENV", help="An environment.", autocompletion=complete_environment)
    ],
    as_json: AsJson = False,
) -> None:
    """Show an environment's effective settings, each with its origin.

    The origin is a file and line, or default. Values are written as in HCL. A block that is written is {}, followed by the
    settings in it.
    """
    from tealform.settings import effective, loader
    from tealform.synth import environments

    root = repository.find_root(context)
    environments.find_folder(root, environment)
    settings = effective.list_settings(loader.load(root / "environments", environment))
    if as_json:
        console.print_json([_describe(each) for each in settings])
    else:
        _print_table([(each.name, each.literal, str(each.location or _DEFAULT)) for each in settings])


def _describe(setting: EffectiveSetting) -> dict[str, Any]:
    location = setting.location
    origin = {"file": location.file.as_posix(), "line": location.line} if location else None
    return {"setting": setting.name, "value": setting.value, "origin": origin}


def _print_table(rows: list[tuple[str, str, str]]) -> None:
    """Print aligned columns. No line is cut or wrapped, so that what is copied or searched is complete."""
    from rich.cells import cell_len

    # A language's characters may be two cells wide.
    widths = [
        max(width for row in (_HEADER, *rows) if (width := cell_len(row[column])) <= _WIDEST) for column in (0, 1)
    ]

    def pad(text: str, column: int) -> str:
        return text + " " * (widths[column] - cell_len(text))

    lines = [(f"{pad(row[0], 0)}  {pad(row[1], 1)}  ", row[2]) for row in (_HEADER, *rows)]
    if not sys.stdout.isatty():
        for text, origin in lines:
            print(text + origin)
        return
    from rich.console import Console
    from rich.text import Text

    terminal = Console(highlight=False)
    for index, (text, origin) in enumerate(lines):
        style = "bold" if index == 0 else "dim" if origin == _DEFAULT else ""
        terminal.print(Text(text + origin, style=style), soft_wrap=True)
