"""``make destroy``: plans to remove everything, says what that is, asks for the name, and does it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from harness import terraform
from harness.hcp_terraform import preflight
from harness.operations import apply, confirmation, planning, remains, root_module
from harness.operations.occupation import at_work
from harness.operations.saved_plan import SavedPlan
from harness.plan import changes, summary
from harness.plan.blame import Blame


def destroy(root: Path, name: str, allowed: Collection[str], confirmed: str | None, arguments: Sequence[str]) -> int:
    """Destroys the root module ``name``; returns Terraform's exit code, or 1 if the guard or a policy stops it.

    ``arguments`` are those of ``terraform plan``. Its name is wanted whether it is protected or not. Raises
    ``HarnessError`` for another name.
    """
    module = root_module.find(root, name)
    with at_work(module, "destroy"):
        remains.check(module)
        preflight.check(module.folder)
        made = planning.make(module, ["-destroy", *arguments])
        if made.exit_code:
            return made.exit_code
        saved = SavedPlan(module)
        planned = terraform.show(module.folder, saved.scratch)
        if not changes.of(planned):
            print(f"{module.shown}: there is nothing to destroy")
            return 0
        if stopped := apply.stops(root, module, planned, destroys=True, allowed=allowed, command="destroy"):
            return stopped
        for line in summary.text(planned, Blame(module.folder), name=module.name):
            print(line, flush=True)
        confirmation.ask(module, "will be destroyed", confirmed)
        saved.keep(made.made_from, destroys=True)
        return apply.carry_out(module, saved, [])
