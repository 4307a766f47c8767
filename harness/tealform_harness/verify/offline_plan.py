"""What a first apply would create, in two seconds and without an account."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tealform.console import Echo
from tealform.operations import root_module
from tealform.plan import summary
from tealform.plan.source_map import SourceMap
from tealform.plan.summary import Form
from tealform.synth import environments
from tealform.terraform import scratch_module, terraform_binaries
from tealform_harness.provider_stub.server import serve


def plan_offline(root: Path, name: str, form: Form, echo: Echo) -> int:
    """Plan the root module ``name``, an environment or ``bootstrap/ACCOUNT``, of the project in ``root`` from nothing, with a stub of the AWS provider.

    ``echo`` gets the summary for people (``summary``) or programs (``json``), or Terraform's own words (``full``).
    Returns 0, or 1 if Terraform does not accept the configuration, with its reasons on standard error.
    """
    folder = root_module.folder(root, name)
    terraform, source_map = terraform_binaries.list_terraforms()[0], SourceMap(folder)
    with (
        serve(environments.list_declared(folder)) as stub,
        scratch_module.copy_with_local_state(folder, terraform, stub.variables) as work,
    ):
        for step in (work.init, work.plan):
            outcome = step()
            if outcome.errors:
                for error in outcome.errors:
                    print(f"{outcome.command}: {source_map.describe(error)}", file=sys.stderr, flush=True)
                return 1
        if form == "full":
            echo(work.planned_text())
        elif form == "json":
            echo(json.dumps(summary.as_json(work.planned(), source_map), indent=2))
        else:
            by = f"Terraform {terraform.version()} with a stand-in for hashicorp/aws"
            echo(
                f"A first apply, as {by} {environments.read_provider_version(folder)} has it; nothing was asked of AWS."
            )
            for line in summary.text(work.planned(), source_map):
                echo(line)
    return 0
