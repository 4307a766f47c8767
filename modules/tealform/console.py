"""What commands print: lines, progress on a terminal, and JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any, TextIO

Echo = Callable[[str], None]


@contextmanager
def progress(message: str, stream: TextIO | None = None) -> Iterator[Echo]:
    """Show ``message`` with the elapsed time while the ``with`` block lasts; yield a function that prints a line.

    The lines go to ``stream``, by default standard output. The display is on standard error, only if that is a terminal. What
    else is printed meanwhile, such as by ``main.py``, goes there too: standard output is the command's own, and may be JSON.
    """
    stream = stream or sys.stdout

    def print_line(line: str) -> None:
        print(line, file=stream, flush=True)

    # A dumb terminal cannot erase what it has shown.
    if not sys.stderr.isatty() or os.environ.get("TERM") in ("dumb", "unknown"):
        with redirect_stdout(sys.stderr):
            yield print_line
        return
    # Here, because it takes a moment to load, and most of its users have no terminal.
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    # Without emoji: an ARN may contain ":key:".
    terminal = Console(stderr=True, highlight=False, emoji=False)
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    # Standard output may be a file: rich would write what is printed there on the terminal.
    with Progress(*columns, console=terminal, transient=True, redirect_stdout=False) as display:
        display.add_task(message, total=None)

        def print_above(line: str) -> None:
            terminal.print(line, markup=False, soft_wrap=True)

        with redirect_stdout(sys.stderr):
            yield print_above if stream.isatty() else print_line


def print_json(value: Any) -> None:
    """Print ``value`` as one indented JSON document."""
    print(json.dumps(value, indent=2))


def print_errors(errors: list[str]) -> None:
    """Print each error on standard error."""
    for error in errors:
        print(error, file=sys.stderr)
