"""``tealform synth``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from tealform import console
from tealform.cli import repository
from tealform.cli.parameters import AsJson, Environments

EXAMPLE = "tealform synth dev"


def synth(
    context: typer.Context,
    environments: Environments = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if a generated file is missing or out of date.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Generate environments/ENV/cdk.tf.json from the settings."""
    root = repository.find_root(context)
    app = repository.load_app(root)
    step = app.compare if check else app.synth
    with console.progress("Comparing" if check else "Synthesizing", sys.stderr if as_json else sys.stdout) as echo:
        done = step(root, environments or [], echo)
    console.print_errors(done.errors)
    if as_json:
        console.print_json({"changed": done.changed, "errors": done.errors})
    if done.errors:
        raise typer.Exit(2)
    if check and done.changed:
        count = "1 generated file is" if len(done.changed) == 1 else f"{len(done.changed)} generated files are"
        print(f"{count} out of date; run: tealform synth", file=sys.stderr)
        raise typer.Exit(1)
