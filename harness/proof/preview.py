"""What a first apply would create, in two seconds and without an account."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from harness import environments, terraforms, workspace
from harness.plan import changes
from harness.plan.changes import Change
from harness.proof.blame import Blame
from harness.stand_in.server import serving
from harness.workspace import Outcome

Form = Literal["summary", "text", "json"]


def preview(root: Path, name: str, form: Form, say: Callable[[str], None]) -> int:
    """Plans the environment ``name`` of the project in ``root`` from nothing, with a stand-in for the AWS provider.

    ``say`` gets the resources by construct (``summary``), Terraform's own words (``text``) or the plan as Terraform
    shows it in JSON (``json``). Returns 0, or 1 if Terraform does not accept the configuration, with its reasons.
    """
    folder = environments.folder(root, name)
    terraform, blame = terraforms.every()[0], Blame(folder)
    by = f"Terraform {terraform.version()}, stand-in for hashicorp/aws {environments.provider_version(folder)}"
    with (
        serving(environments.declared(folder)) as stand_in,
        workspace.of(folder, terraform, {"TF_REATTACH_PROVIDERS": stand_in.reattach}) as work,
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
            say(json.dumps(work.planned(), indent=2))
        else:
            for line in _summary(blame, changes.of(work.planned()), by):
                say(line)
    return 0


def _summary(blame: Blame, planned: list[Change], by: str) -> Iterator[str]:
    """The resources of each construct of the environment; the longest construct decides the width."""
    resources = [change for change in planned if not change.address.startswith("output.")]
    outputs = [change.address.removeprefix("output.") for change in planned if change not in resources]
    groups: dict[str, list[str]] = defaultdict(list)
    for change in resources:
        construct = blame.construct_of(change.address)
        groups[construct.partition("/")[0] or "(no construct)"].append(change.address)
    yield f"{blame.environment}: a first apply creates {len(resources)} resources ({by}; nothing was asked of AWS)"
    for group, addresses in sorted(groups.items()):
        yield f"  {group}: {len(addresses)}"
        yield from (f"    {blame.construct_of(address).partition('/')[2]}  {address}" for address in sorted(addresses))
    yield f"  outputs: {', '.join(outputs) or 'none'}"
