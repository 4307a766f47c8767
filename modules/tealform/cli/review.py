"""``tealform review``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tealform import console
from tealform.cli import repository
from tealform.cli.parameters import AsJson

EXAMPLE = "tealform review --base origin/main"


def review(
    context: typer.Context,
    base: Annotated[str, typer.Option(metavar="REF", help="The branch to merge into.")] = "origin/main",
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Folder for the reports, by default .cache/review.")
    ] = None,
    longest: Annotated[
        int | None, typer.Option(metavar="N", help="Characters that comment.md may have, by default 60,000.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check what a pull request changes, and write a comment on it.

    That is: generated files, policies and risks. Files that are out of date are generated again.
    """
    from tealform.policy.reports.markdown import LONGEST
    from tealform.review import check, comment, review_json

    root = repository.find_root(context)
    app = repository.load_app(root)
    with console.progress("Reviewing", sys.stderr if as_json else sys.stdout) as echo:
        found = check.check(
            root, base, out or root / check.OUT, longest=LONGEST if longest is None else longest, app=app, echo=echo
        )
    if as_json:
        console.print_json(review_json.render(found))
    else:
        for line in comment.console_lines(found):
            print(line)
    if found.exit_code:
        raise typer.Exit(found.exit_code)
