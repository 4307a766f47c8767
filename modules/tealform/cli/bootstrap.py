"""``tealform bootstrap``."""

from __future__ import annotations

import sys

import typer

from tealform import console
from tealform.cli import repository
from tealform.cli.parameters import AsJson

EXAMPLE = "tealform bootstrap"


def bootstrap(context: typer.Context, as_json: AsJson = False) -> None:
    """Generate what accounts need before their environments.

    Writes bootstrap/ACCOUNT/cdk.tf.json with the state bucket, OIDC providers and roles for CI.
    """
    root = repository.find_root(context)
    app = repository.load_app(root)
    stream = sys.stderr if as_json else sys.stdout
    with console.progress("Synthesizing", stream) as echo:
        done = app.bootstrap(root, echo)
    console.print_errors(done.errors)
    if as_json:
        console.print_json({"accounts": done.generated, "changed": done.changed, "errors": done.errors})
    for number in done.generated:
        print(f"Next: tealform plan bootstrap/{number}, then tealform apply bootstrap/{number}", file=stream)
    if done.errors:
        raise typer.Exit(2)
