"""``tealform terraform``."""

from __future__ import annotations

from typing import Annotated

import typer

from tealform.cli import repository
from tealform.cli.parameters import Environment
from tealform.errors import TealformError

EXAMPLE = "tealform terraform dev state list"


def terraform(
    context: typer.Context,
    environment: Environment,
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="COMMAND", help="A command of Terraform with its arguments.", show_default=False),
    ] = None,
) -> None:
    """Run any command of Terraform in the folder of an environment."""
    from tealform.operations import root_module
    from tealform.terraform import terraform_cli

    folder = root_module.folder(repository.find_root(context), environment)
    if not command:
        raise TealformError(f"name a command of Terraform, like: {EXAMPLE}")
    if code := terraform_cli.run(folder, *command):
        raise typer.Exit(code)
