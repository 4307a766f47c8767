"""``tealform apply`` and ``tealform destroy``: apply a plan, unless something stops it.

``tealform apply`` applies exactly the plan that ``tealform plan`` has kept.
``tealform destroy`` plans to delete everything, shows that plan, asks for the name, and applies it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tealform.errors import TealformError
from tealform.operations import plan_checks, root_module, state_files
from tealform.operations.plan import create_plan
from tealform.operations.root_module import GeneratedModule
from tealform.operations.saved_plan import SavedPlan
from tealform.plan import changes
from tealform.plan.changes import Change
from tealform.plan.rules import data_loss
from tealform.settings import loader
from tealform.synth import environments
from tealform.terraform import terraform_cli
from tealform.terraform.hcp import cloud_block, preflight
from tealform.terraform.interruptible_process import EndedWellError

# The state has moved on, or the run of HCP Terraform has been discarded, or the like; in colors, perhaps.
_REFUSED = re.compile(r"\bSaved plan (is|has|does not|cannot)\b")


def apply(root: Path, name: str, allowed: Collection[str], confirmed: str | None, arguments: Sequence[str]) -> int:
    """Apply the kept plan of the root module ``name``; return Terraform's exit code.

    Returns 1 and changes nothing if the guard objects to something that ``allowed`` does not name, or a policy finds
    something; 2 if the policies could not check the plan. A protected module, or a plan to destroy everything, requires
    the module's name: ``confirmed``, or typed. Raises ``TealformError`` if there is no plan, or it is stale.
    """
    module = root_module.find(root, name)
    with module.lock("apply"):
        state_files.check(module)
        preflight.check_workspace(module.folder, applies=True)
        saved = SavedPlan(module)
        record = saved.record()
        planned = plan_checks.show(module, saved.file)
        plan_checks.confirm(module, planned, record.destroys, confirmed)
        if stopped := plan_checks.report_blockers(
            root, module, planned, record.destroys, allowed, command="apply", read=record.objections
        ):
            return stopped
        return _carry_out(module, saved.file, arguments)


def destroy(root: Path, name: str, allowed: Collection[str], confirmed: str | None, arguments: Sequence[str]) -> int:
    """Destroy the root module ``name``; return Terraform's exit code, or 1 if the guard or a policy stops it.

    ``arguments`` are those of ``terraform plan``. The module's name is always required. Raises ``TealformError`` for
    another name, and for an environment that is not disposable or has resources that AWS protects.
    """
    module = root_module.find(root, name)
    _require_disposable(module)
    with module.lock("destroy"):
        state_files.check(module)
        preflight.check_workspace(module.folder, applies=True)
        made = create_plan(module, ["-destroy", *arguments])
        if made.exit_code:
            return made.exit_code
        # The plan is never kept: only those who were asked for the name may apply it.
        file = SavedPlan(module).scratch
        planned = plan_checks.show(module, file)
        deleted = changes.from_plan(planned)
        _require_no_protection(module, deleted)
        if not deleted:
            print(f"{module.label}: there is nothing to destroy")
            return 0
        plan_checks.confirm(module, planned, destroys=True, confirmed=confirmed)
        if stopped := plan_checks.report_blockers(root, module, planned, True, allowed, command="destroy"):
            return stopped
        return _carry_out(module, file, [])


def _require_disposable(module: GeneratedModule) -> None:
    # Otherwise buckets that are not empty and the load balancer would refuse, after much else is deleted.
    if not module.is_disposable and not environments.is_account(module.name):
        raise TealformError(
            f"{module.label}/{loader.FILE}: {module.name} is not disposable; set disposable = true there, run "
            f"{module.command('plan')} and {module.command('apply')} to lift its protection, then destroy it"
        )


def _require_no_protection(module: GeneratedModule, deleted: Sequence[Change]) -> None:
    """AWS would refuse to delete a protected resource after much else is deleted."""
    protected = [each.address for each in deleted if data_loss.is_protected(each.before)]
    if protected:
        raise TealformError(
            f"{module.label}: AWS still protects {', '.join(protected)} from deletion; switch that off in the Terraform "
            f"written by hand, run {module.command('plan')} and {module.command('apply')} to lift it, then destroy it"
        )


def _carry_out(module: GeneratedModule, plan: Path, arguments: Sequence[str]) -> int:
    """Apply the file ``plan`` and delete it, however this ends; return Terraform's exit code.

    Raises ``TealformError`` for arguments that are not options, for a plan that Terraform refuses, and for a state that
    could not be saved.
    """
    if extra := [each for each in arguments if not each.startswith("-")]:
        raise TealformError(f"{', '.join(extra)}: what is applied is the kept plan, and nothing else")
    state_files.back_up(module)
    if failed := terraform_cli.init_if_due(module.folder):
        return failed
    errors: list[str] = []

    def on_error_line(line: str) -> None:
        errors.append(line)
        print(line, file=sys.stderr, flush=True)

    options = ("-input=false", *arguments, str(plan.resolve()))
    with _used_up(module):
        code = terraform_cli.run(module.folder, "apply", *options, on_error_line=on_error_line)
    if code == 0:
        return 0
    if any(map(_REFUSED.search, errors)):
        raise TealformError(
            f"{module.label}: nothing was done: Terraform no longer accepts the plan; run: {module.command('plan')}"
        )
    state_files.check(module)
    there = ". The run may still be going on in HCP Terraform" if cloud_block.read(module.folder) else ""
    print(
        f"{module.label}: Terraform failed. What was done, if anything, is in the state, and the plan is used up; "
        f"{module.command('plan')} shows what is left{there}",
        file=sys.stderr,
    )
    return code


@contextmanager
def _used_up(module: GeneratedModule) -> Iterator[None]:
    """Ensure that the plan that is applied in the ``with`` block is not applied again, however that ends."""
    saved = SavedPlan(module)
    saved.begin()
    try:
        yield
    except (KeyboardInterrupt, SystemExit) as interruption:
        if isinstance(interruption.__cause__, EndedWellError):
            print(f"{module.label}: interrupted when all was done: the plan has been applied", file=sys.stderr)
        raise
    finally:
        saved.drop()
