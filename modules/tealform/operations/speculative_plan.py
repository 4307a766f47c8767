"""``make speculative-plan``: lets HCP Terraform make a plan that nobody can apply, and says what it would do."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from tealform.operations import plan_checks, plan_report, root_module
from tealform.operations.plan import Form
from tealform.policy import plan_gate
from tealform.terraform.hcp import speculative

_FAILED = 1
_REDACTED = "the token may not read all of it; «make policy» judges what is generated"


def speculate(root: Path, name: str, form: Form) -> int:
    """Plans the root module ``name`` in its workspace; returns 0, or 1 if the run failed or was stopped there.

    Prints what ``make plan`` prints; in the form ``json`` with ``run``: where to look at it, what stopped it, and whether
    the plan is redacted. That the guard or a policy would stop an apply is told, and is no failure of the plan.
    """
    module = root_module.find(root, name)
    made = speculative.plan(module.folder, _aside)
    if made.plan is not None:
        found = plan_checks.judge(root, module, made.plan, destroys=False)
        if made.redacted:
            found = replace(found, policy=plan_gate.PlanGateResult(module.shown, mistakes=(_REDACTED,)))
        if form == "json":
            run = {"address": made.address, "failure": made.failure, "redacted": made.redacted}
            print(json.dumps(plan_report.document(module, made.plan, found) | {"run": run}, indent=2))
        else:
            for line in plan_report.lines(module, made.plan, found):
                print(line)
    if made.failure:
        print(f"{module.shown}: {made.failure}", file=sys.stderr)
        return _FAILED
    return 0


def _aside(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
