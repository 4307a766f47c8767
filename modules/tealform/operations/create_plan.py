"""Lets Terraform make a plan, and passes on what cannot wait until it is done."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tealform.errors import TealformError
from tealform.operations import saved_plan
from tealform.operations.root_module import GeneratedModule
from tealform.operations.saved_plan import SavedPlan
from tealform.terraform import terraform_cli

# Where a run of HCP Terraform can be looked at, and whom it waits for. What is indented is the plan itself.
_CANNOT_WAIT = re.compile(r"^(https?://|(?=\S).*\b(waiting for|queue|state lock|locked)\b)", re.IGNORECASE)
_CHANGES = 2
_KEPT_BY_US = re.compile(r"--?(out|json|input)\b")


@dataclass(frozen=True)
class NewPlan:
    """A plan that nobody has read yet; ``SavedPlan.scratch`` is its file. ``exit_code`` is 0 if there is one."""

    exit_code: int
    made_from: str
    destroys: bool


def create(module: GeneratedModule, arguments: Sequence[str], full: Callable[[str], None] | None = None) -> NewPlan:
    """Plans the module; from then on the plan that was kept before is none.

    ``arguments`` are Terraform's own, like ``-target=…`` or ``-destroy``. ``full`` gets every line that Terraform
    writes. Without it, only what cannot wait is told, on standard error: warnings, whom it waits for, and all if it
    fails. Raises ``TealformError`` for arguments that this command gives itself.
    """
    if own := [each for each in arguments if _KEPT_BY_US.match(each)]:
        raise TealformError(f"{', '.join(own)}: the plan is kept for {module.command('apply')}; leave it out")
    saved, destroys = SavedPlan(module), _has(arguments, "destroy")
    saved.drop()
    # It writes the lock file, which is part of what a plan is made from.
    if failed := terraform_cli.init_if_due(module.folder):
        return NewPlan(failed, "", destroys)
    made_from = saved_plan.digest_configuration(module.folder)
    print(f"terraform plan in {module.shown}", file=sys.stderr, flush=True)
    screen = _Screen()
    options = ["-input=false", f"-out={saved.scratch.resolve()}", *arguments]
    code = terraform_cli.stream_output(module.folder, full or screen.hear, "plan", *options)
    # With -detailed-exitcode, 2 says that there are changes.
    if code == _CHANGES and _has(arguments, "detailed-exitcode"):
        code = 0
    if code:
        screen.tell_the_rest()
    return NewPlan(code, made_from, destroys)


class _Screen:
    """Lets through the boxes that Terraform draws around warnings, and single lines that cannot wait."""

    def __init__(self) -> None:
        self._in_box = False
        self._held_back: list[str] = []

    def hear(self, line: str) -> None:
        if self._in_box or line.startswith("╷") or _CANNOT_WAIT.search(line):
            print(line, file=sys.stderr, flush=True)
        else:
            self._held_back.append(line)
        self._in_box = line.startswith("╷") or (self._in_box and not line.startswith("╵"))

    def tell_the_rest(self) -> None:
        for line in self._held_back:
            print(line, file=sys.stderr)


def _has(arguments: Sequence[str], option: str) -> bool:
    return any(re.fullmatch(rf"--?{option}(=true)?", each) for each in arguments)
