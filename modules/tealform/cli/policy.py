"""``tealform policy``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tealform.cli import console, repository
from tealform.cli.parameters import AsJson, Environments

EXAMPLE = "tealform policy prod --sarif policy.sarif"


def policy(
    context: typer.Context,
    environments: Environments = None,
    sarif: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a SARIF report too.")] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a JUnit XML report too.")] = None,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a Markdown report too.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check the generated Terraform with checkov and Tealform's rules; exit with 1 if a finding is not waived."""
    from tealform.policy import gate
    from tealform.policy.reports import FORMATS, terminal
    from tealform.policy.result import worst_exit_code

    given = {"sarif": sarif, "junit": junit, "markdown": markdown}
    reports = {form: file for form, file in given.items() if file}
    root = repository.find_root(context)
    with console.progress("Checking policies", sys.stderr if as_json else sys.stdout) as echo:
        results = gate.check(root, environments or [], echo=echo, reports=reports)
    if as_json:
        print(FORMATS["json"](results), end="")
    else:
        for line in terminal.lines(results):
            print(line)
    if code := worst_exit_code(results):
        raise typer.Exit(code)
