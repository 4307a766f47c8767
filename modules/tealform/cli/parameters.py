"""Arguments and options that several commands share."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tealform.cli import repository
from tealform.errors import TealformError

WITH_TERRAFORM_OPTIONS = {"ignore_unknown_options": True}
"""Context settings of a command that passes the options that it does not know to Terraform."""


def complete_environment(context: typer.Context, incomplete: str) -> list[str]:
    """Return the environments of the repository whose names begin with ``incomplete``."""
    found = _glob(context, "environments/*/environment.hcl")
    return [file.parent.name for file in found if file.parent.name.startswith(incomplete)]


def complete_module(context: typer.Context, incomplete: str) -> list[str]:
    """Return the environments, and the accounts like ``bootstrap/123456789012``, that begin with ``incomplete``."""
    accounts = [f"bootstrap/{file.parent.name}" for file in _glob(context, "bootstrap/*/cdk.tf.json")]
    return [*(name for name in accounts if name.startswith(incomplete)), *complete_environment(context, incomplete)]


def _glob(context: typer.Context, pattern: str) -> list[Path]:
    """Return the sorted files of the repository, which is that of ``--root``, or else the current one."""
    # A completion runs no callback, so that ``context.obj`` is not set.
    root = context.find_root().params.get("root") or repository.search(Path.cwd())
    return sorted(Path(root).glob(pattern)) if root else []


Environments = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ENV]...",
        help="Environments, all by default.",
        show_default=False,
        autocompletion=complete_environment,
    ),
]
Module = Annotated[
    str,
    typer.Argument(metavar="ENV", help="An environment, or bootstrap/ACCOUNT.", autocompletion=complete_module),
]
TerraformOptions = Annotated[
    list[str] | None,
    typer.Argument(metavar="[TERRAFORM_OPTION]...", help="Options for Terraform.", show_default=False),
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


def split(context: typer.Context, arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the environments, which come first, and the options for Terraform, which begin with a hyphen.

    Raises what ``check_options`` raises.
    """
    first = next((place for place, each in enumerate(arguments) if each.startswith("-")), len(arguments))
    check_options(context, arguments[first:])
    return list(dict.fromkeys(arguments[:first])), list(arguments[first:])


def split_required(context: typer.Context, arguments: Sequence[str], example: str) -> tuple[list[str], list[str]]:
    """Return what ``split`` does; raise ``TealformError``, which shows the ``example``, if there is no environment."""
    names, options = split(context, arguments)
    if not names:
        raise TealformError(f"name an environment{' before the options' if options else ''}, like: {example}")
    return names, options


def split_one(context: typer.Context, arguments: Sequence[str], example: str) -> tuple[str, list[str]]:
    """Return the only environment and the options; raise ``TealformError`` if there is none, or another one."""
    (name, *others), options = split_required(context, arguments, example)
    if others:
        raise TealformError(
            f"{' '.join(others)}: this command takes one environment, whose plan Tealform keeps, and options of Terraform after it"
        )
    return name, options


def check_options(context: typer.Context, options: Sequence[str]) -> None:
    """Raise ``TealformError`` for an option with two hyphens, which is no option of the command.

    Terraform would accept it too, but its documentation writes options with one hyphen, and this one may be misspelled.
    """
    for option in options:
        if option.startswith("--"):
            name = option.partition("=")[0]
            known = [each for parameter in context.command.params for each in parameter.opts if each.startswith("--")]
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"an option of Terraform has one hyphen: {option[1:]}"
            raise TealformError(f"{name}: tealform {context.command.name} has no such option; {hint}")
