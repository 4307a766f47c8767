"""``make destroy``: plans to remove everything, says what that is, asks for the name, and does it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from tealform.errors import TealformError
from tealform.operations import apply, create_plan, interrupted_state, root_module
from tealform.operations.directory_lock import at_work
from tealform.operations.root_module import RootModule
from tealform.operations.saved_plan import SavedPlan
from tealform.plan import changes
from tealform.plan.changes import Change
from tealform.plan.rules import data_loss
from tealform.settings import loader
from tealform.terraform import terraform_cli
from tealform.terraform.hcp import preflight


def destroy(root: Path, name: str, allowed: Collection[str], confirmed: str | None, arguments: Sequence[str]) -> int:
    """Destroys the root module ``name``; returns Terraform's exit code, or 1 if the guard or a policy stops it.

    ``arguments`` are those of ``terraform plan``. Its name is wanted whether it is protected or not. Raises
    ``TealformError`` for another name, and for an environment that is not disposable, or not yet.
    """
    module = root_module.find(root, name)
    _refuse_what_is_to_stay(module)
    with at_work(module, "destroy"):
        interrupted_state.check(module)
        preflight.check(module.folder, applies=True)
        made = create_plan.make(module, ["-destroy", *arguments])
        if made.exit_code:
            return made.exit_code
        # It is never kept: nobody may apply it who has not been asked for the name.
        file = SavedPlan(module).scratch
        planned = terraform_cli.show(module.folder, file)
        going = changes.from_plan(planned)
        _refuse_what_is_protected_still(module, going)
        if not going:
            print(f"{module.shown}: there is nothing to destroy")
            return 0
        apply.confirm(module, planned, destroys=True, confirmed=confirmed)
        if stopped := apply.stops(root, module, planned, destroys=True, allowed=allowed, command="destroy"):
            return stopped
        return apply.carry_out(module, file, [])


def _refuse_what_is_to_stay(module: RootModule) -> None:
    # Without that, buckets that are not empty and the load balancer would be refused when much else is gone.
    if not module.disposable and not module.name.startswith("bootstrap/"):
        raise TealformError(
            f"{module.shown}/{loader.FILE}: {module.name} is not disposable; write «disposable = true» there, run "
            f"{module.command('plan')} and {module.command('apply')}, which lift what protects it, then destroy it"
        )


def _refuse_what_is_protected_still(module: RootModule, going: Sequence[Change]) -> None:
    """AWS would refuse to delete it when much is gone already."""
    protected = [each.address for each in going if data_loss.is_protected(each.before)]
    if protected:
        raise TealformError(
            f"{module.shown}: AWS still protects {', '.join(protected)} from deletion; switch that off where it is written by "
            f"hand, run {module.command('plan')} and {module.command('apply')}, which lift it, then destroy it"
        )
