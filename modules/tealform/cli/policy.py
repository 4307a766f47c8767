"""``tealform policy``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tealform import console
from tealform.cli import repository
from tealform.cli.parameters import AsJson, Environments

EXAMPLE = "tealform policy prod --sarif policy.sarif"


def policy(
    context: typer.Context,
    environments: Environments = None,
    sarif: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a SARIF report too.")] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a JUnit XML report too.")] = None,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a Markdown report too.")] = None,
    no_synth: Annotated[
        bool,
        typer.Option("--no-synth", help="Check the generated Terraform as it is, and run nothing of the repository."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check the policies of the generated Terraform.

    Those are checkov's checks and Tealform's rules. The Terraform is generated first. Exits with 1 if a finding is not waived.
    """
    from tealform.policy import gate, reports
    from tealform.policy.reports import terminal
    from tealform.policy.result import worst_exit_code
    from tealform.synth import environments as known

    given = {"sarif": sarif, "junit": junit, "markdown": markdown}
    files = {form: file for form, file in given.items() if file}
    root = repository.find_root(context)
    known.require(root, environments or [])
    reports.clear(files)
    if not no_synth:
        repository.generate(root, environments or [])
    with console.progress("Checking policies", sys.stderr if as_json else sys.stdout) as echo:
        results = gate.check(root, environments or [], echo=echo)
    reports.write(results, files)
    if as_json:
        print(reports.FORMATS["json"](results), end="")
    else:
        for line in terminal.lines(results):
            print(line)
    if code := worst_exit_code(results):
        raise typer.Exit(code)
