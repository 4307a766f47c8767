"""``tealform terraform``."""

from __future__ import annotations

from typing import Annotated

import typer

from tealform.cli import repository
from tealform.cli.parameters import Module
from tealform.errors import TealformError

EXAMPLE = "tealform terraform dev state list"


def terraform(
    context: typer.Context,
    environment: Module,
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="COMMAND [ARGUMENT]...", help="A command of Terraform with its arguments.", show_default=False
        ),
    ] = None,
) -> None:
    """Run any command of Terraform in the folder of an environment.

    The Terraform is generated if there is none.
    """
    if not command:
        raise TealformError(f"name a command of Terraform, like: {EXAMPLE}")
    from tealform.terraform import terraform_cli

    folder = repository.find_module(repository.find_root(context), environment)
    if code := terraform_cli.run(folder, *command):
        raise typer.Exit(code)
