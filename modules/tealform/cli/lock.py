"""``tealform lock``."""

from __future__ import annotations

import typer

from tealform.cli import console, repository
from tealform.cli.parameters import TerraformOptions

EXAMPLE = "tealform lock"


def lock(context: typer.Context, options: TerraformOptions = None) -> None:
    """Write .terraform.lock.hcl for each environment, for several platforms; needs the provider registry."""
    from tealform.operations import provider_locks

    with console.progress("Locking providers") as echo:
        provider_locks.lock(repository.find_root(context), options or [], echo)
