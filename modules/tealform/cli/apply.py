"""``tealform apply``."""

from __future__ import annotations

import typer

from tealform.cli import repository
from tealform.cli.parameters import Allowed, Confirmed, Environment, TerraformOptions

EXAMPLE = "tealform apply dev"


def apply(
    context: typer.Context,
    environment: Environment,
    options: TerraformOptions = None,
    allow: Allowed = None,
    confirm: Confirmed = None,
) -> None:
    """Apply exactly the plan that `tealform plan` has kept, unless the plan guard or a policy stops it."""
    from tealform.operations import apply as operation

    root = repository.find_root(context)
    repository.generate(root, [environment])
    if code := operation.apply(root, environment, allow or [], confirm, options or []):
        raise typer.Exit(code)
