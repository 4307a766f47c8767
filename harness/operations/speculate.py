"""``make speculative-plan``: lets HCP Terraform make a plan that nobody can apply, and says what it would do."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.hcp_terraform import speculative
from harness.operations import judgement, root_module
from harness.operations.judgement import Judgement
from harness.operations.plan import Form
from harness.operations.root_module import RootModule
from harness.plan import summary
from harness.plan.blame import Blame

_FAILED = 1
_NOT_JUDGED = "policy: not asked of the plan, because the token may not read all of it; «make policy» asks it of what is generated"


def speculate(root: Path, name: str, form: Form) -> int:
    """Plans the root module ``name`` in its workspace; returns 0, or 1 if the run failed or was stopped there.

    Prints what ``make plan`` prints; in the form ``json`` with ``run``: where to look at it, what stopped it, and whether
    the plan is redacted. That the guard or a policy would stop an apply is told, and is no failure of the plan.
    """
    module = root_module.find(root, name)
    made = speculative.plan(module.folder, _aside)
    if made.plan is not None:
        found = judgement.judge(root, module, made.plan, destroys=False)
        if form == "json":
            run = {"address": made.address, "failure": made.failure, "redacted": made.redacted}
            print(json.dumps(_document(module, made.plan, found) | {"run": run}, indent=2))
        else:
            _tell(module, made.plan, found, made.redacted)
    if made.failure:
        print(f"{module.shown}: {made.failure}", file=sys.stderr)
        return _FAILED
    return 0


def _aside(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _document(module: RootModule, plan: Mapping[str, Any], found: Judgement) -> dict[str, Any]:
    told = summary.as_json(plan, Blame(module.folder), found.objections, name=module.name)
    return told | {"policy": found.policy.as_json()}


def _tell(module: RootModule, plan: Mapping[str, Any], found: Judgement, redacted: bool) -> None:
    for line in summary.text(plan, Blame(module.folder), found.objections, name=module.name):
        print(line)
    for line in [_NOT_JUDGED] if redacted else found.policy.lines:
        print(line)
