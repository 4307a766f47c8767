"""The policy gate on a plan: the checks that ``tealform policy`` runs on generated Terraform, on what an apply would create.

A plan has what was written by hand next to the generated file, the policies as AWS gets them, and the value of every
reference and function. Our own rules still check the generated file. The gate checks everything that exists once the plan
has been applied, also what the plan does not change: an apply answers for the whole, and an expired waiver must not wait
for a change of its resource. It does not check what the plan destroys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from tealform.errors import TealformError
from tealform.policy import checkov, coverage, plan_for_checkov, scanner, waivers
from tealform.policy.check import Evaluation
from tealform.policy.checkov import Scan
from tealform.policy.checkov_input import construct_path
from tealform.policy.plan_for_checkov import Scannable
from tealform.policy.result import BROKEN, CLEAN, FINDINGS
from tealform.policy.rule import Finding
from tealform.policy.waivers import Waiver
from tealform.synth import environments, terraform_json


@dataclass(frozen=True)
class PlanGateResult:
    """The findings in a plan. ``mistakes`` are the reasons why the gate cannot check it.

    ``expired`` says which waivers would have silenced ``remaining`` findings, ``unknown`` which resources have a policy that
    is known only after the apply. ``where`` is the folder that was planned, like ``environments/dev``.
    """

    where: str = ""
    checks: int = 0
    remaining: tuple[Finding, ...] = ()
    waived: tuple[tuple[Finding, Waiver], ...] = ()
    expired: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """``BROKEN`` if the plan could not be checked, else ``FINDINGS`` if something must be done, else ``CLEAN``."""
        if self.mistakes:
            return BROKEN
        return FINDINGS if self.remaining else CLEAN

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines for people: reasons in full, waived findings as a number."""
        return tuple(self._lines())

    def as_json(self) -> dict[str, Any]:
        """Return the same for programs."""
        return {
            "exit_code": self.exit_code,
            "checks": self.checks,
            "findings": [_as_json(finding) for finding in self.remaining],
            "waived": [
                _as_json(finding) | {"until": waiver.until.isoformat(), "owner": waiver.owner, "reason": waiver.reason}
                for finding, waiver in self.waived
            ],
            "expired": list(self.expired),
            "unknown": list(self.unknown),
            "mistakes": list(self.mistakes),
        }

    def _lines(self) -> Iterator[str]:
        if self.mistakes:
            yield "policy: the plan could not be judged"
            yield from (f"  {mistake}" for mistake in self.mistakes)
        else:
            yield f"policy: {self.checks} checks of what would be, {len(self.remaining)} findings, {len(self.waived)} waived"
        for finding in self.remaining:
            yield from finding.lines()
        yield from (f"  {each}" for each in self.expired)
        if self.unknown:
            yield f"  known only after the apply, and judged in the next plan: the policy of {', '.join(self.unknown)}"
        if self.remaining:
            yield f"mend each finding, or accept it in {self.where}/{waivers.FILE}: {waivers.SHAPE}"


def check_plan(root: Path, folder: Path, plan: Mapping[str, Any], today: date | None = None) -> PlanGateResult:
    """Check the ``plan`` of ``folder``, an environment's or that of an account's bootstrap, in the project ``root``.

    ``plan`` is the JSON of ``terraform show -json``. Errors are in the result and not raised, because whoever made the plan
    wants to see the rest of it.
    """
    where = f"{folder.parent.name}/{folder.name}"
    try:
        found = plan_for_checkov.from_plan(plan)
        if not found.resources:
            return PlanGateResult(where)
        paths = _paths(folder)
        names = _Names(found, paths)
        scan = checkov.scan_plan(where, found.plan, found.resources)
        own = _ours(root, folder)
    except TealformError as error:
        return PlanGateResult(where, mistakes=(str(error),))
    day = today or date.today()
    accepted, problems = waivers.read_waivers(root, folder, day)
    mistakes = (*_unjudged(scan, paths.keys() & found.documents.keys()), *own.mistakes, *map(str, problems))
    findings = [*scan.findings, *own.findings]
    by_waiver = {replace(each, path=names.path(each)): names.waiver(each, accepted) for each in findings}
    checks = scan.checks + len(own.judged)
    return replace(_verdict(where, checks, by_waiver, day, mistakes), unknown=found.unknown)


def _ours(root: Path, folder: Path) -> Evaluation:
    """Evaluate our own rules on an environment's generated Terraform."""
    if folder.parent.name != "environments":
        return Evaluation()
    return scanner.evaluate_rules(scanner.load_environment(root, folder.name, environments.load_document(folder)))


def _unjudged(scan: Scan, generated: Iterable[str]) -> Iterator[str]:
    """Yield why the scan is not reliable. Handwritten resources may have values that are known, and checked, only later."""
    if scan.blind:
        yield scan.blind
    else:
        judged = [(check, plan_for_checkov.without_instance_key(address)) for check, address in scan.judged]
        yield from (f"{scan.environment}: {each}" for each in coverage.find_missing_own(generated, judged))


class _Names:
    """The names that a waiver may use for a finding in a plan."""

    def __init__(self, found: Scannable, paths: Mapping[str, str]) -> None:
        self._documents = found.documents
        self._paths = paths

    def path(self, finding: Finding) -> str:
        return self._paths.get(plan_for_checkov.without_instance_key(finding.address), "")

    def waiver(self, finding: Finding, accepted: Iterable[Waiver]) -> Waiver | None:
        """Return the waiver that names the finding, also as one of all instances or of the policy's document."""
        names = set(self._of(finding))
        # One for all instances may last longer than an expired one for a single instance.
        fitting = [waiver for waiver in accepted if (waiver.check, waiver.resource) in names]
        return max(fitting, key=lambda waiver: waiver.until, default=None)

    def _of(self, finding: Finding) -> Iterator[tuple[str, str]]:
        own = plan_for_checkov.without_instance_key(finding.address)
        yield from ((finding.check, name) for name in (finding.address, own, self._paths.get(own)) if name)
        for document in self._documents.get(own, ()):
            for check in plan_for_checkov.checks_of_document(finding.check):
                yield from ((check, name) for name in (document, self._paths.get(document)) if name)


def _verdict(
    where: str, checks: int, found: Mapping[Finding, Waiver | None], today: date, mistakes: tuple[str, ...]
) -> PlanGateResult:
    holding = {finding: waiver for finding, waiver in found.items() if waiver and waiver.until >= today}
    ended = {waiver for waiver in found.values() if waiver and waiver.until < today}
    in_order = sorted(ended, key=lambda waiver: waiver.location.line)
    return PlanGateResult(
        where,
        checks=checks,
        remaining=tuple(finding for finding in found if finding not in holding),
        waived=tuple(holding.items()),
        expired=tuple(str(waiver.ended()) for waiver in in_order),
        mistakes=mistakes,
    )


def _paths(folder: Path) -> dict[str, str]:
    """Return the construct paths below the root module's own, by address."""
    return {
        resource.address: construct_path(resource.body).partition("/")[2]
        for resource in terraform_json.resources(environments.load_document(folder))
    }


def _as_json(finding: Finding) -> dict[str, Any]:
    return {"check": finding.check, "title": finding.title, "address": finding.address, "path": finding.path}
