"""What a first apply would create, in two seconds and without an account."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from tealform.plan import summary
from tealform.plan.source_map import Blame
from tealform.synth import environments
from tealform.terraform import scratch_module, terraform_binaries
from tealform.terraform.scratch_module import Outcome
from tealform_harness.provider_stub.server import serve

Form = Literal["summary", "text", "json"]


def preview(root: Path, name: str, form: Form, say: Callable[[str], None]) -> int:
    """Plans the environment ``name`` of the project in ``root`` from nothing, with a stand-in for the AWS provider.

    ``say`` gets the summary for people (``summary``) or programs (``json``), or Terraform's own words (``text``).
    Returns 0, or 1 if Terraform does not accept the configuration, with its reasons.
    """
    folder = environments.folder(root, name)
    terraform, blame = terraform_binaries.every()[0], Blame(folder)
    by = f"Terraform {terraform.version()} with a stand-in for hashicorp/aws {environments.provider_version(folder)}"
    with (
        serve(environments.declared(folder)) as stand_in,
        scratch_module.of(folder, terraform, {"TF_REATTACH_PROVIDERS": stand_in.reattach}) as work,
    ):
        for step in (work.init, work.plan):
            outcome: Outcome = step()
            if outcome.errors:
                for error in outcome.errors:
                    say(f"{outcome.command}: {blame.tell(error)}")
                return 1
        if form == "text":
            say(work.planned_text())
        elif form == "json":
            say(json.dumps(summary.as_json(work.planned(), blame), indent=2))
        else:
            say(f"A first apply, as {by} has it; nothing was asked of AWS.")
            for line in summary.text(work.planned(), blame):
                say(line)
    return 0
