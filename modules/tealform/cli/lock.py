"""``tealform lock``."""

from __future__ import annotations

from typing import Annotated

import typer

from tealform import console
from tealform.cli import repository
from tealform.cli.parameters import complete_module, split
from tealform.errors import TealformError

EXAMPLE = "tealform lock"


def lock(
    context: typer.Context,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ENV]... [TERRAFORM_OPTION]...",
            help="Environments or bootstrap/ACCOUNT, all by default. Options for terraform providers lock come after them.",
            show_default=False,
            autocompletion=complete_module,
        ),
    ] = None,
) -> None:
    """Lock the providers of environments for several platforms.

    Writes .terraform.lock.hcl beside the Terraform, which is generated first. Needs the provider registry.
    """
    names, options = split(context, arguments or [])
    from tealform.operations import provider_locks, root_module

    root = repository.find_root(context)
    if late := [each for each in options if each in root_module.list_names(root)]:
        raise TealformError(f"name environments before the options, like: {EXAMPLE} {' '.join(late)} {options[0]}")
    repository.generate(root, names)
    with console.progress("Locking providers") as echo:
        provider_locks.lock(root, names, options, echo)
