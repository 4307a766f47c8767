"""``tealform apply``."""

from __future__ import annotations

import typer

from tealform.cli import repository
from tealform.cli.parameters import Allowed, Confirmed, Module, TerraformOptions, split_one

EXAMPLE = "tealform apply dev"


def apply(
    context: typer.Context,
    environment: Module,
    options: TerraformOptions = None,
    allow: Allowed = None,
    confirm: Confirmed = None,
) -> None:
    """Apply exactly the plan that `tealform plan` has kept.

    Nothing is applied if the Terraform, generated again, has changed since, or if the plan guard or a policy objects.
    """
    name, passed_on = split_one(context, [environment, *(options or [])], EXAMPLE)
    from tealform.operations import apply as operation

    root = repository.find_root(context)
    repository.generate(root, [name])
    if code := operation.apply(root, name, allow or [], confirm, passed_on):
        raise typer.Exit(code)
