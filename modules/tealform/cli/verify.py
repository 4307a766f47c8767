"""``tealform verify``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from tealform import console
from tealform.cli import extras, repository
from tealform.cli.parameters import AsJson, Environments
from tealform.errors import TealformError

EXAMPLE = "tealform verify dev"


def verify(
    context: typer.Context,
    environments: Environments = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Run only the stages that need neither a network nor the AWS provider.")
    ] = False,
    real_provider: Annotated[
        bool, typer.Option("--real-provider", help="Run only the stages of the real AWS provider, and require one.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Verify the generated Terraform without an AWS account.

    The stages use a stub of the AWS provider, then the real one on an emulated AWS. Those whose provider is missing are
    skipped, unless --real-provider requires it. The Terraform is generated first.
    """
    extras.require("verify", "tealform verify")
    from tealform.synth import environments as known
    from tealform_harness.verify import result, run

    if offline and real_provider:
        raise TealformError("--offline and --real-provider exclude each other; use one of them")
    root = repository.find_root(context)
    known.require(root, environments or [])
    repository.generate(root, environments or [])
    step = run.verify_offline if offline else run.verify_emulated if real_provider else run.verify
    with console.progress("Verifying", sys.stderr if as_json else sys.stdout) as echo:
        results = step(root, environments or [], echo)
    if as_json:
        print(result.to_json(results))
    if code := run.exit_code(results, ["passed"] if offline or real_provider else ["passed", "skipped"]):
        raise typer.Exit(code)
