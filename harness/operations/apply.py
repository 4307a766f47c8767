"""``make apply``: applies exactly the plan that ``make plan`` has kept, unless something speaks against it."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness import terraform
from harness.errors import HarnessError
from harness.hcp_terraform import cloud_block, preflight
from harness.operations import confirmation, judgement, precautions, remains, root_module
from harness.operations.occupation import at_work
from harness.operations.root_module import RootModule
from harness.operations.saved_plan import SavedPlan
from harness.plan import summary
from harness.plan.blame import Blame

_STOPPED = 1


def apply(root: Path, name: str, allowed: Collection[str], confirmed: str | None, arguments: Sequence[str]) -> int:
    """Applies the kept plan of the root module ``name``; returns Terraform's exit code.

    Returns 1 and changes nothing if the guard objects to what ``allowed`` does not name, or a policy finds something; 2 if
    the policies could not judge. What is protected wants its name: ``confirmed``, or typed. Raises ``HarnessError`` if
    there is no plan, or it is stale.
    """
    module = root_module.find(root, name)
    with at_work(module, "apply"):
        remains.check(module)
        preflight.check(module.folder, applies=True)
        saved = SavedPlan(module)
        destroys = saved.record().destroys
        planned = terraform.show(module.folder, saved.file)
        if stopped := stops(root, module, planned, destroys, allowed, command="apply"):
            return stopped
        if module.protected:
            confirmation.ask(module, "is protected", confirmed)
        return carry_out(module, saved, arguments)


def stops(
    root: Path, module: RootModule, planned: Mapping[str, Any], destroys: bool, allowed: Collection[str], command: str
) -> int:
    """0 if nothing speaks against the plan, else the exit code, once the reasons have been told."""
    found = judgement.judge(root, module, planned, destroys)
    left = found.left(allowed)
    if left:
        told = summary.text(
            planned, Blame(module.folder), found.objections, allowed=allowed, command=command, name=module.name
        )
        for line in told:
            print(line, file=sys.stderr)
    if found.policy.exit_code:
        for line in found.policy.lines:
            print(line, file=sys.stderr)
    return _STOPPED if left else found.policy.exit_code


def carry_out(module: RootModule, saved: SavedPlan, arguments: Sequence[str]) -> int:
    """Applies the kept plan, which is used up then. Terraform's exit code.

    Raises ``HarnessError`` for arguments that are no options, and for a state that could not be saved.
    """
    if beside := [each for each in arguments if not each.startswith("-")]:
        raise HarnessError(f"{', '.join(beside)}: what is applied is the kept plan, and nothing else")
    precautions.take(module)
    code = terraform.run(module.folder, "apply", "-input=false", *arguments, str(saved.file.resolve()))
    if code == 0:
        saved.drop()
        return 0
    remains.check(module)
    there = ". The run may still be going on in HCP Terraform" if cloud_block.read(module.folder) else ""
    print(
        f"{module.shown}: that did not end well. What was done is in the state; {module.command('plan')} shows what is "
        f"left{there}",
        file=sys.stderr,
    )
    return code
