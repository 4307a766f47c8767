"""``make plan``: makes a plan, keeps it for ``make apply``, and says what it would do."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from tealform.operations import create_plan, interrupted_state, plan_checks, plan_report, root_module
from tealform.operations.directory_lock import at_work
from tealform.operations.plan_checks import Judgement
from tealform.operations.root_module import RootModule
from tealform.operations.saved_plan import SavedPlan
from tealform.plan import changes
from tealform.terraform import terraform_cli
from tealform.terraform.hcp import preflight

Form = Literal["summary", "full", "json"]


def plan(root: Path, name: str, form: Form, arguments: Sequence[str]) -> int:
    """Plans the root module ``name``; returns 0, or Terraform's exit code if it fails.

    Prints the summary; before it, all that Terraform says (``full``), or instead of it the same as JSON (``json``).
    That the guard or a policy would stop an apply is told, and is no failure of the plan.
    """
    module = root_module.find(root, name)
    with at_work(module, "plan"):
        interrupted_state.check(module)
        preflight.check(module.folder)
        made = create_plan.make(module, arguments, _aloud if form == "full" else None)
        if made.exit_code:
            return made.exit_code
        saved = SavedPlan(module)
        planned = terraform_cli.show(module.folder, saved.scratch)
        found = plan_checks.judge(root, module, planned, made.destroys)
        _tell(module, planned, found, form)
        # Last, so that what is interrupted before somebody could read it cannot be applied.
        saved.keep(made.made_from, made.destroys, found.identities)
    return 0


def _aloud(line: str) -> None:
    print(line, flush=True)


def _tell(module: RootModule, planned: dict[str, Any], found: Judgement, form: Form) -> None:
    if form == "json":
        print(json.dumps(plan_report.document(module, planned, found), indent=2))
        return
    for line in plan_report.lines(module, planned, found):
        print(line)
    if changes.from_plan(planned) and not found.objections and found.policy.exit_code == 0:
        print(f"\nto make it so: {module.command('apply')}", file=sys.stderr)
