"""The policy gate on a plan: what ``make policy`` asks of what was generated is asked of what would be.

A plan has what was written by hand beside the generated file, the policies as AWS gets them, and every value that
references and functions come to. Our own rules are asked of the generated file all the same. Judged is all that is there once the plan has been applied: what it leaves alone
as well, because an apply answers for the whole, and because a waiver that ended must not wait for a change of its
resource. What the plan destroys is not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from tealform.errors import TealformError
from tealform.policy import check_aliases, checkov, coverage, plan_for_checkov, scanner, waivers
from tealform.policy.checkov import Scan
from tealform.policy.checkov_input import construct_path
from tealform.policy.engine import Evaluation
from tealform.policy.finding import Finding
from tealform.policy.plan_for_checkov import Scannable
from tealform.policy.waivers import Waiver
from tealform.synth import environments, terraform_json

CLEAN, FINDINGS, BROKEN = 0, 1, 2


@dataclass(frozen=True)
class Verdict:
    """What the gate knows about a plan. ``mistakes`` are the reasons why it cannot judge.

    ``expired`` says which waivers would have silenced findings that are ``left``, ``unknown`` which resources have
    a policy that can be judged only after the apply. ``where`` is the folder that was planned, like
    ``environments/dev``.
    """

    where: str = ""
    checks: int = 0
    left: tuple[Finding, ...] = ()
    waived: tuple[tuple[Finding, Waiver], ...] = ()
    expired: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """2 if the plan could not be judged, else 1 if something is left to do, else 0."""
        if self.mistakes:
            return BROKEN
        return FINDINGS if self.left else CLEAN

    @property
    def lines(self) -> tuple[str, ...]:
        """What people are told: the reasons in full, what is waived as a number."""
        return tuple(self._lines())

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "exit_code": self.exit_code,
            "checks": self.checks,
            "findings": [_as_json(finding) for finding in self.left],
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
            yield f"policy: {self.checks} checks of what would be, {len(self.left)} findings, {len(self.waived)} waived"
        for finding in self.left:
            yield from finding.lines()
        yield from (f"  {each}" for each in self.expired)
        if self.unknown:
            yield f"  known only after the apply, and judged in the next plan: the policy of {', '.join(self.unknown)}"
        if self.left:
            yield f"mend each finding, or accept it in {self.where}/{waivers.FILE}: {waivers.SHAPE}"


def judge(root: Path, folder: Path, plan: Mapping[str, Any], today: date | None = None) -> Verdict:
    """Judges the ``plan`` of ``folder``, an environment's or the bootstrap's of an account, in the project ``root``.

    ``plan`` is as ``terraform show -json`` tells it. What keeps it from judging is in the verdict and not raised,
    since whoever made the plan wants to see the rest of it.
    """
    where = f"{folder.parent.name}/{folder.name}"
    try:
        found = plan_for_checkov.of(plan)
        if not found.resources:
            return Verdict(where)
        paths = _paths(folder)
        names = _Names(found, paths)
        scan = checkov.scan_plan(root, where, found.plan, found.resources)
        own = _ours(root, folder)
    except TealformError as error:
        return Verdict(where, mistakes=(str(error),))
    day = today or date.today()
    accepted, problems = waivers.read(root, folder, day)
    mistakes = (*_unjudged(scan, paths.keys() & found.documents.keys()), *own.mistakes, *map(str, problems))
    findings = [*scan.findings, *own.findings]
    by_waiver = {replace(each, path=names.path(each)): names.waiver(each, accepted) for each in findings}
    checks = scan.checks + len(own.judged)
    return replace(_verdict(where, checks, by_waiver, day, mistakes), unknown=found.unknown)


def _ours(root: Path, folder: Path) -> Evaluation:
    """What our own rules say of an environment's generated Terraform: they look for what it is before it is planned."""
    if folder.parent.name != "environments":
        return Evaluation()
    return scanner.ours(scanner.environment_of(root, folder.name, environments.load_document(folder)))


def _unjudged(scan: Scan, generated: Iterable[str]) -> Iterator[str]:
    """Why the scan cannot be relied on. What was written by hand may have values that are known, and judged, only later."""
    if scan.blind:
        yield scan.blind
    else:
        judged = [(check, plan_for_checkov.base(address)) for check, address in scan.judged]
        yield from (f"{scan.environment}: {each}" for each in coverage.missing_of_ours(generated, judged))


class _Names:
    """What a finding in a plan may be called in a waiver."""

    def __init__(self, found: Scannable, paths: Mapping[str, str]) -> None:
        self._documents = found.documents
        self._paths = paths

    def path(self, finding: Finding) -> str:
        return self._paths.get(plan_for_checkov.base(finding.address), "")

    def waiver(self, finding: Finding, accepted: Iterable[Waiver]) -> Waiver | None:
        """The waiver that names the finding, be it as one of all instances or as one of the policy's document."""
        names = set(self._of(finding))
        # One that lasts longer may stand beside one that ended: for all instances, and for one.
        fitting = [waiver for waiver in accepted if (waiver.check, waiver.resource) in names]
        return max(fitting, key=lambda waiver: waiver.until, default=None)

    def _of(self, finding: Finding) -> Iterator[tuple[str, str]]:
        own = plan_for_checkov.base(finding.address)
        yield from ((finding.check, name) for name in (finding.address, own, self._paths.get(own)) if name)
        for document in self._documents.get(own, ()):
            for check in check_aliases.checks_of_document(finding.check):
                yield from ((check, name) for name in (document, self._paths.get(document)) if name)


def _verdict(
    where: str, checks: int, found: Mapping[Finding, Waiver | None], today: date, mistakes: tuple[str, ...]
) -> Verdict:
    holding = {finding: waiver for finding, waiver in found.items() if waiver and waiver.until >= today}
    ended = {waiver for waiver in found.values() if waiver and waiver.until < today}
    in_order = sorted(ended, key=lambda waiver: waiver.location.line)
    return Verdict(
        where,
        checks=checks,
        left=tuple(finding for finding in found if finding not in holding),
        waived=tuple(holding.items()),
        expired=tuple(str(waiver.ended()) for waiver in in_order),
        mistakes=mistakes,
    )


def _paths(folder: Path) -> dict[str, str]:
    """The construct paths below the root module's own, by address."""
    return {
        resource.address: construct_path(resource.body).partition("/")[2]
        for resource in terraform_json.resources(environments.load_document(folder))
    }


def _as_json(finding: Finding) -> dict[str, Any]:
    return {"check": finding.check, "title": finding.title, "address": finding.address, "path": finding.path}
