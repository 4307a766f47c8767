"""``tealform output``."""

from __future__ import annotations

from typing import Annotated

import typer

from tealform.cli import repository
from tealform.cli.parameters import Module, check_options

EXAMPLE = "tealform output dev -json"


def output(
    context: typer.Context,
    environment: Module,
    options: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[OPTION]...", help="Options for terraform output, or the name of one output.", show_default=False
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the outputs of an environment.

    The Terraform is generated if there is none.
    """
    check_options(context, [environment, *(options or [])])
    from tealform.terraform import terraform_cli

    folder = repository.find_module(repository.find_root(context), environment)
    if code := terraform_cli.run(folder, "output", *(["-json"] if as_json else []), *(options or [])):
        raise typer.Exit(code)
