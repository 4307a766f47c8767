"""``tealform destroy``."""

from __future__ import annotations

import typer

from tealform.cli import repository
from tealform.cli.parameters import Allowed, Confirmed, Module, TerraformOptions, split_one

EXAMPLE = "tealform destroy dev"


def destroy(
    context: typer.Context,
    environment: Module,
    options: TerraformOptions = None,
    allow: Allowed = None,
    confirm: Confirmed = None,
) -> None:
    """Delete everything in a disposable environment.

    The Terraform is generated first. Shows the plan and asks for the environment's name.
    """
    name, passed_on = split_one(context, [environment, *(options or [])], EXAMPLE)
    from tealform.operations import apply as operation

    root = repository.find_root(context)
    repository.generate(root, [name])
    if code := operation.destroy(root, name, allow or [], confirm, passed_on):
        raise typer.Exit(code)
