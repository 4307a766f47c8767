"""``tealform plan``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tealform import console
from tealform.cli import extras, repository
from tealform.cli.parameters import AsJson, complete_module, split_required
from tealform.errors import TealformError, describe

if TYPE_CHECKING:
    from tealform.plan.summary import Form

EXAMPLE = "tealform plan dev"


def plan(
    context: typer.Context,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ENV... [TERRAFORM_OPTION]...",
            help="Environments or bootstrap/ACCOUNT. Options for Terraform come after them, like -target=ADDRESS.",
            autocompletion=complete_module,
            show_default=False,
        ),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Show what a first apply would create, without an AWS account.")
    ] = False,
    speculative: Annotated[
        bool, typer.Option("--speculative", help="Let HCP Terraform make a plan that cannot be applied.")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="Print Terraform's own output too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Plan environments and keep each plan for apply.

    The Terraform is generated first. With --json, prints one document for each environment.
    """
    if offline and speculative:
        raise TealformError("--offline and --speculative exclude each other; use one of them")
    if full and as_json:
        raise TealformError("--full and --json exclude each other; use one of them")
    names, options = split_required(context, arguments or [], EXAMPLE)
    if options and (offline or speculative):
        raise TealformError(f"{' '.join(options)}: only plans that can be applied accept options for Terraform")
    root = repository.find_root(context)
    form: Form = "json" if as_json else "full" if full else "summary"
    make = _offline() if offline else _speculative() if speculative else _saved(options)
    repository.generate(root, names)
    if code := max(_plan_one(make, root, name, form) for name in names):
        raise typer.Exit(code)


def _plan_one(make: Callable[[Path, str, Form], int], root: Path, name: str, form: Form) -> int:
    """Plan an environment and return the exit code. One that cannot be planned does not stop those after it."""
    try:
        return make(root, name, form)
    except TealformError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        # Without a file it is about the output, which the other plans need as well.
        if not error.filename:
            raise
        print(describe(error), file=sys.stderr)
    return 2


def _saved(options: list[str]) -> Callable[[Path, str, Form], int]:
    from tealform.operations import plan as operation

    return lambda root, name, form: operation.plan(root, name, form, options)


def _speculative() -> Callable[[Path, str, Form], int]:
    from tealform.operations import plan as operation

    return operation.speculate


def _offline() -> Callable[[Path, str, Form], int]:
    extras.require("verify", "tealform plan --offline")
    from tealform_harness.verify import offline_plan

    def make(root: Path, name: str, form: Form) -> int:
        with console.progress("Planning") as echo:
            return offline_plan.plan_offline(root, name, form, echo)

    return make
