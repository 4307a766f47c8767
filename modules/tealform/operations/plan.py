"""``tealform plan``, also with ``--speculative``: make a plan, check it, and print what it would do."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tealform import console
from tealform.console import Echo
from tealform.errors import TealformError
from tealform.operations import plan_checks, root_module, saved_plan, state_files
from tealform.operations.root_module import GeneratedModule
from tealform.operations.saved_plan import SavedPlan
from tealform.plan import changes
from tealform.plan.summary import Form
from tealform.policy import plan_gate
from tealform.terraform import terraform_cli
from tealform.terraform.hcp import preflight

_FAILED = 1
_CHANGES = 2
# Options that this command gives Terraform itself.
_OWN_OPTIONS = re.compile(r"--?(out|json|input)\b")
# Where a run of HCP Terraform can be looked at, and whom it waits for. What is indented is the plan itself.
_URGENT = re.compile(r"^(https?://|(?=\S).*\b(waiting for|queue|state lock|locked)\b)", re.IGNORECASE)
_REDACTED = "the token cannot read the whole plan; to check the generated Terraform, run: tealform policy"


def plan(root: Path, name: str, form: Form, arguments: Sequence[str]) -> int:
    """Plan the root module ``name`` and keep the plan; return 0, or Terraform's exit code if it fails.

    Prints the summary; ``full`` prints Terraform's output before it, ``json`` prints the same as JSON instead.
    If the guard or a policy would stop an apply, the report says so, and the plan does not fail.
    """
    module = root_module.find(root, name)
    with module.lock("plan"):
        state_files.check(module)
        preflight.check_workspace(module.folder)
        made = create_plan(module, arguments, print_all=form == "full")
        if made.exit_code:
            return made.exit_code
        saved = SavedPlan(module)
        planned = plan_checks.show(module, saved.scratch)
        found = plan_checks.check(root, module, planned, made.destroys)
        if form == "json":
            print(json.dumps(found.render_json(module, planned), indent=2))
        else:
            for line in found.render_text(module, planned):
                print(line)
            if changes.from_plan(planned) and not found.objections and found.policy.exit_code == 0:
                print(f"\nTo apply it, run: {module.command('apply')}", file=sys.stderr)
        # Last, so that a plan that was interrupted before anybody could read it cannot be applied.
        saved.keep(made.made_from, made.destroys, found.identities)
    return 0


def speculate(root: Path, name: str, form: Form) -> int:
    """Let HCP Terraform plan the root module ``name``; return 0, or 1 if the run failed or was stopped there.

    Nobody can apply the plan. Prints what ``plan`` prints; ``json`` has ``run`` too: its address, what stopped it, and
    whether the plan is redacted. If the guard or a policy would stop an apply, the report says so, and nothing fails.
    """
    module = root_module.find(root, name)
    # Here, because the API client takes a moment to load, and states elsewhere do not need it.
    from tealform.terraform.hcp import speculative

    with console.progress("HCP Terraform plans", sys.stderr) as echo:
        made = speculative.plan(module.folder, echo)
    if made.plan is not None:
        found = plan_checks.check(root, module, made.plan, destroys=False)
        if made.is_redacted:
            found = replace(found, policy=plan_gate.PlanGateResult(module.label, mistakes=(_REDACTED,)))
        if form == "json":
            run = {"address": made.address, "failure": made.failure, "redacted": made.is_redacted}
            print(json.dumps(found.render_json(module, made.plan) | {"run": run}, indent=2))
        else:
            for line in found.render_text(module, made.plan):
                print(line)
    if made.failure:
        print(f"{module.label}: {made.failure}", file=sys.stderr)
        return _FAILED
    return 0


@dataclass(frozen=True)
class NewPlan:
    """A plan that nobody has read yet, in the file ``SavedPlan.scratch``. ``exit_code`` is 0 if there is one."""

    exit_code: int
    made_from: str
    destroys: bool


def create_plan(module: GeneratedModule, arguments: Sequence[str], print_all: bool = False) -> NewPlan:
    """Plan the module, after deleting the plan that was kept before.

    ``arguments`` are Terraform's own, like ``-target=…`` or ``-destroy``. Prints urgent lines of Terraform's output on
    standard error: warnings, whom Terraform waits for, and all lines if it fails. With ``print_all``, prints the whole output
    on standard output instead. Raises ``TealformError`` for arguments that this command gives itself.
    """
    if own := [each for each in arguments if _OWN_OPTIONS.match(each)]:
        raise TealformError(f"{', '.join(own)}: the plan is kept for {module.command('apply')}; omit this option")
    saved, destroys = SavedPlan(module), _has_option(arguments, "destroy")
    saved.drop()
    # This writes the lock file, which is part of what a plan is made from.
    if failed := terraform_cli.init_if_due(module.folder):
        return NewPlan(failed, "", destroys)
    made_from = saved_plan.digest_configuration(module.folder)
    _print_error_now(f"terraform plan in {module.label}")
    run = _plan_aloud if print_all else _plan_quietly
    code = run(module, ["-input=false", f"-out={saved.scratch.resolve()}", *arguments])
    return NewPlan(code if _is_failure(code, arguments) else 0, made_from, destroys)


def _plan_aloud(module: GeneratedModule, options: Sequence[str]) -> int:
    return terraform_cli.stream_output(module.folder, _print_now, _print_error_now, "plan", *options)


def _plan_quietly(module: GeneratedModule, options: Sequence[str]) -> int:
    with console.progress(f"Planning {module.name}", sys.stderr) as echo:
        urgent = _UrgentLines(echo)
        code = terraform_cli.stream_output(module.folder, urgent.on_line, echo, "plan", *options)
    if _is_failure(code, options):
        for line in urgent.held_back:
            print(line, file=sys.stderr)
    return code


class _UrgentLines:
    """Echoes the boxes that Terraform draws around warnings, and single urgent lines; holds back the others."""

    def __init__(self, echo: Echo) -> None:
        self._echo = echo
        self._in_box = False
        self.held_back: list[str] = []

    def on_line(self, line: str) -> None:
        if self._in_box or line.startswith("╷") or _URGENT.search(line):
            self._echo(line)
        else:
            self.held_back.append(line)
        self._in_box = line.startswith("╷") or (self._in_box and not line.startswith("╵"))


def _is_failure(code: int, arguments: Sequence[str]) -> bool:
    # With -detailed-exitcode, 2 says that there are changes.
    return code != 0 and not (code == _CHANGES and _has_option(arguments, "detailed-exitcode"))


def _has_option(arguments: Sequence[str], option: str) -> bool:
    return any(re.fullmatch(rf"--?{option}(=true)?", each) for each in arguments)


def _print_now(line: str) -> None:
    print(line, flush=True)


def _print_error_now(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
