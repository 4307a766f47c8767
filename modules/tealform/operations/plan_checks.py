"""What can stop a plan from being applied: the plan guard, the policies, and a confirmation."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tealform import console
from tealform.errors import TealformError
from tealform.operations.root_module import GeneratedModule
from tealform.plan import guard, summary
from tealform.plan.changes import Blocker
from tealform.plan.source_map import SourceMap
from tealform.policy import plan_gate
from tealform.terraform import terraform_cli

_STOPPED = 1


@dataclass(frozen=True)
class PlanFindings:
    """The objections of the plan guard, which can be allowed one by one, and the result of the policies."""

    objections: tuple[Blocker, ...]
    policy: plan_gate.PlanGateResult

    def remaining(self, allowed: Collection[str], read: Iterable[Sequence[str]] | None = None) -> list[Blocker]:
        """Return the objections that still stop the plan.

        Those are the ones that ``allowed`` does not name, and the ones that are not among the ``identities`` that were
        ``read`` with the plan. Without ``read``, all were. Raises ``TealformError`` if ``allowed`` names something that
        has no objection.
        """
        return guard.remaining(self.objections, allowed, read)

    @property
    def identities(self) -> list[tuple[str, str]]:
        """What identifies the objections when the plan is applied."""
        return [each.identity for each in self.objections]

    def render_text(self, module: GeneratedModule, planned: Mapping[str, Any]) -> Iterator[str]:
        """Yield the lines of the report for people: the summary of the plan, the objections and the policies."""
        yield from summary.text(planned, SourceMap(module.folder), self.objections, name=module.name)
        yield from self.policy.lines

    def render_json(self, module: GeneratedModule, planned: Mapping[str, Any]) -> dict[str, Any]:
        """Return the report for programs: the document of ``summary.as_json``, and ``policy``."""
        document = summary.as_json(planned, SourceMap(module.folder), self.objections, name=module.name)
        return document | {"policy": self.policy.as_json()}


def show(module: GeneratedModule, plan: Path) -> dict[str, Any]:
    """Return the document of the file ``plan``. Raises what ``terraform_cli.show`` raises."""
    with console.progress(f"Reading the plan of {module.name}", sys.stderr):
        return terraform_cli.show(module.folder, plan)


def check(root: Path, module: GeneratedModule, plan: Mapping[str, Any], destroys: bool) -> PlanFindings:
    """Check a plan of ``module``. ``destroys`` is whether it was made to destroy everything.

    The guard does not object to destroying what is disposable: that setting is the permission that it requires.
    """
    with console.progress(f"Checking the plan of {module.name}", sys.stderr):
        objections = () if destroys and module.is_disposable else guard.find_blockers(plan, _aws_clients(module))
        return PlanFindings(tuple(objections), plan_gate.check_plan(root, module.folder, plan))


def report_blockers(
    root: Path,
    module: GeneratedModule,
    planned: Mapping[str, Any],
    destroys: bool,
    allowed: Collection[str],
    command: str,
    read: Sequence[Sequence[str]] | None = None,
) -> int:
    """Check a plan and print the reasons that stop it, and those that are ``allowed``; return the exit code.

    The exit code is 0 if nothing stops the plan. ``command`` is the command that the reader can repeat. ``read`` are the
    ``identities`` of the objections that the reader of the plan saw, if it was made before.
    """
    found = check(root, module, planned, destroys)
    remaining = found.remaining(allowed, read)
    passed = sorted(set(found.objections) - set(remaining))
    lines: Iterable[str] = [f"ALLOWED: {each}" for each in passed]
    if remaining:
        lines = summary.text(
            planned,
            SourceMap(module.folder),
            found.objections,
            allowed=passed,
            command=command,
            name=module.name,
            unread=read is not None and bool(guard.find_unread(found.objections, read)),
        )
    for line in (*lines, *(found.policy.lines if found.policy.exit_code else ())):
        print(line, file=sys.stderr)
    return _STOPPED if remaining else found.policy.exit_code


def confirm(module: GeneratedModule, planned: Mapping[str, Any], destroys: bool, confirmed: str | None) -> None:
    """Show the plan and ask for the module's name, if it is protected or everything is destroyed.

    Raises what ``ask_name`` raises. Call this before the plan is checked: a release can begin while the user decides.
    """
    if destroys or module.is_protected:
        for line in summary.text(planned, SourceMap(module.folder), name=module.name):
            print(line, flush=True)
        ask_name(module, "will be destroyed" if destroys else "is protected", confirmed)


def ask_name(
    module: GeneratedModule, reason: str, confirmed: str | None, read: Callable[[], str] = sys.stdin.readline
) -> None:
    """Return once the module's name was given: by ``confirmed``, or typed.

    ``reason`` ends the question, like ``is protected``. Raises ``TealformError`` for another name or none.
    """
    if confirmed is None:
        print(f"{module.name} {reason}. Type its name to go on: ", end="", file=sys.stderr, flush=True)
        confirmed = read().strip()
        if not confirmed:
            raise TealformError(
                f"nothing was typed, nothing was done; without a terminal, add: --confirm {module.name}"
            )
    if confirmed != module.name:
        raise TealformError(f'"{confirmed}" is not {module.name}; nothing was done')


def _aws_clients(module: GeneratedModule) -> Any:
    def client(service: str) -> Any:
        # Imported here, because it takes a moment, and most plans need nothing from AWS.
        import boto3
        from botocore.config import Config

        soon = Config(connect_timeout=5, read_timeout=20, retries={"max_attempts": 2})
        return boto3.Session(region_name=module.region).client(service, config=soon)  # type: ignore[call-overload]

    return client
