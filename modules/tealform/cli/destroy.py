"""``tealform destroy``."""

from __future__ import annotations

import typer

from tealform.cli import repository
from tealform.cli.parameters import Allowed, Confirmed, Environment, TerraformOptions

EXAMPLE = "tealform destroy dev"


def destroy(
    context: typer.Context,
    environment: Environment,
    options: TerraformOptions = None,
    allow: Allowed = None,
    confirm: Confirmed = None,
) -> None:
    """Delete everything in a disposable environment, after showing the plan and asking for its name."""
    from tealform.operations import apply as operation

    root = repository.find_root(context)
    repository.generate(root, [environment])
    if code := operation.destroy(root, environment, allow or [], confirm, options or []):
        raise typer.Exit(code)
