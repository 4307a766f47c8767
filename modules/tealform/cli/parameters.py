"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tealform.errors import TealformError

WITH_TERRAFORM_OPTIONS = {"ignore_unknown_options": True}
"""Context settings of a command that passes the options that it does not know to Terraform."""


def complete_environment(context: typer.Context, incomplete: str) -> list[str]:
    """Return the environments and accounts of the repository whose names begin with ``incomplete``.

    The repository is that of ``--root``, or else the current one.
    """
    # A completion runs no callback, so that ``context.obj`` is not set.
    root = context.find_root().params.get("root")
    for folder in [Path(root)] if root else [Path.cwd(), *Path.cwd().parents]:
        if (folder / "environments").is_dir():
            environments = [file.parent.name for file in folder.glob("environments/*/environment.hcl")]
            accounts = [f"bootstrap/{file.parent.name}" for file in folder.glob("bootstrap/*/cdk.tf.json")]
            return sorted(name for name in [*environments, *accounts] if name.startswith(incomplete))
    return []


Environments = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ENV",
        help="Environments, all by default.",
        show_default=False,
        autocompletion=complete_environment,
    ),
]
Environment = Annotated[
    str,
    typer.Argument(metavar="ENV", help="An environment, or bootstrap/ACCOUNT.", autocompletion=complete_environment),
]
TerraformOptions = Annotated[
    list[str] | None, typer.Argument(metavar="TERRAFORM_OPTION", help="Options for Terraform.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, and progress on standard error.")]
Allowed = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="ADDRESS",
        help="Allow what the plan guard blocks for this address. Repeatable.",
        show_default=False,
    ),
]
Confirmed = Annotated[
    str | None,
    typer.Option("--confirm", metavar="ENV", help="The environment's name, instead of typing it.", show_default=False),
]


def split(arguments: Sequence[str], usage: str) -> tuple[list[str], list[str]]:
    """Return the environments, which come first, and the options for Terraform, which begin with a hyphen.

    Raises ``TealformError`` if there is no environment.
    """
    first = next((place for place, each in enumerate(arguments) if each.startswith("-")), len(arguments))
    if not first:
        raise TealformError(f"name an environment before the options, like: {usage}")
    return list(dict.fromkeys(arguments[:first])), list(arguments[first:])
