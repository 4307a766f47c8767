"""``make apply``: applies exactly the plan that ``make plan`` has kept, unless something speaks against it."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tealform.errors import TealformError
from tealform.operations import interrupted_state, plan_checks, prompt, root_module, state_backup
from tealform.operations.directory_lock import at_work
from tealform.operations.root_module import RootModule
from tealform.operations.saved_plan import SavedPlan
from tealform.plan import summary
from tealform.plan.source_map import SourceMap
from tealform.terraform import terraform_cli
from tealform.terraform.hcp import cloud_block, preflight
from tealform.terraform.signal_forwarding import EndedWellError

_STOPPED = 1
# The state has moved on, or the run of HCP Terraform has been discarded, or the like; in colours, perhaps.
_REFUSED = re.compile(r"\bSaved plan (is|has|does not|cannot)\b")


def apply(root: Path, name: str, allowed: Collection[str], confirmed: str | None, arguments: Sequence[str]) -> int:
    """Applies the kept plan of the root module ``name``; returns Terraform's exit code.

    Returns 1 and changes nothing if the guard objects to what ``allowed`` does not name, or a policy finds something; 2 if
    the policies could not judge. What is protected, or a plan to destroy everything, wants the module's name:
    ``confirmed``, or typed. Raises ``TealformError`` if there is no plan, or it is stale.
    """
    module = root_module.find(root, name)
    with at_work(module, "apply"):
        interrupted_state.check(module)
        preflight.check(module.folder, applies=True)
        saved = SavedPlan(module)
        record = saved.record()
        destroys = record.destroys
        planned = terraform_cli.show(module.folder, saved.file)
        confirm(module, planned, destroys, confirmed)
        if stopped := stops(root, module, planned, destroys, allowed, command="apply", read=record.objections):
            return stopped
        return carry_out(module, saved.file, arguments)


def confirm(module: RootModule, planned: Mapping[str, Any], destroys: bool, confirmed: str | None) -> None:
    """Shows what is to be done and asks for the module's name, where it is wanted. Raises what ``confirmation.ask`` does.

    To be called before the plan is judged: a release may begin while somebody thinks it over.
    """
    if not (destroys or module.protected):
        return
    for line in summary.text(planned, SourceMap(module.folder), name=module.name):
        print(line, flush=True)
    prompt.ask(module, "will be destroyed" if destroys else "is protected", confirmed)


def stops(
    root: Path,
    module: RootModule,
    planned: Mapping[str, Any],
    destroys: bool,
    allowed: Collection[str],
    command: str,
    read: Sequence[Sequence[str]] | None = None,
) -> int:
    """0 if nothing speaks against the plan but what is ``allowed``, else the exit code; tells the reasons, either way.

    ``read`` are the ``identities`` of the objections that came with the plan, if it was made and read before.
    """
    found = plan_checks.judge(root, module, planned, destroys)
    left = found.left(allowed, read)
    passed = sorted(set(found.objections) - set(left))
    lines = iter([f"ALLOWED: {each}" for each in passed])
    if left:
        lines = summary.text(
            planned,
            SourceMap(module.folder),
            found.objections,
            allowed=passed,
            command=command,
            name=module.name,
            unread=found.has_unread(read),
        )
    for line in lines:
        print(line, file=sys.stderr)
    if found.policy.exit_code:
        for line in found.policy.lines:
            print(line, file=sys.stderr)
    return _STOPPED if left else found.policy.exit_code


def carry_out(module: RootModule, plan: Path, arguments: Sequence[str]) -> int:
    """Applies the file ``plan``, and from then on there is none, however this ends. Terraform's exit code.

    Raises ``TealformError`` for arguments that are no options, for a plan that Terraform does not take any more, and for a
    state that could not be saved.
    """
    if beside := [each for each in arguments if not each.startswith("-")]:
        raise TealformError(f"{', '.join(beside)}: what is applied is the kept plan, and nothing else")
    state_backup.take(module)
    if failed := terraform_cli.init_if_due(module.folder):
        return failed
    complaints: list[str] = []

    def hear(line: str) -> None:
        complaints.append(line)
        print(line, file=sys.stderr, flush=True)

    with _used_up(module):
        code = terraform_cli.run(module.folder, "apply", "-input=false", *arguments, str(plan.resolve()), complain=hear)
    if code == 0:
        return 0
    if any(map(_REFUSED.search, complaints)):
        raise TealformError(
            f"{module.shown}: nothing was done: Terraform does not take the plan any more; run: {module.command('plan')}"
        )
    interrupted_state.check(module)
    there = ". The run may still be going on in HCP Terraform" if cloud_block.read(module.folder) else ""
    print(
        f"{module.shown}: that did not end well. What was done, if anything, is in the state, and the plan is used up; "
        f"{module.command('plan')} shows what is left{there}",
        file=sys.stderr,
    )
    return code


@contextmanager
def _used_up(module: RootModule) -> Iterator[None]:
    """Sees to it that the plan that is applied in the ``with`` block is not applied again, however that ends."""
    saved = SavedPlan(module)
    saved.begin()
    try:
        yield
    except (KeyboardInterrupt, SystemExit) as interruption:
        if isinstance(interruption.__cause__, EndedWellError):
            print(f"{module.shown}: interrupted when all was done: the plan has been applied", file=sys.stderr)
        raise
    finally:
        saved.drop()
