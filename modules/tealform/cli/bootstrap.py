"""``tealform bootstrap``."""

from __future__ import annotations

import typer

from tealform.cli import console, repository

EXAMPLE = "tealform bootstrap"


def bootstrap(context: typer.Context) -> None:
    """Generate bootstrap/ACCOUNT/cdk.tf.json: state bucket, OIDC providers and roles for CI."""
    root = repository.find_root(context)
    app = repository.load_app(root)
    with console.progress("Synthesizing") as echo:
        done = app.bootstrap(root, echo)
    console.print_errors(done.errors)
    for number in done.generated:
        print(f"Next: tealform plan bootstrap/{number}, then tealform apply bootstrap/{number}")
    if done.errors:
        raise typer.Exit(2)
