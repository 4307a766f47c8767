"""Checks a pull request, and writes the reports for a CI server and a reviewer."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol

from tealform.console import Echo
from tealform.errors import TealformError
from tealform.policy import gate
from tealform.policy.reports import json_report, junit, sarif
from tealform.policy.reports.markdown import LONGEST
from tealform.policy.result import ARTIFACTS, GateResult
from tealform.review import comment, environment_diff, merge_base, review, risks
from tealform.review.environment_diff import Compared
from tealform.review.report.artifact import COMMENT
from tealform.review.review import Review
from tealform.synth import environments
from tealform.synth.app import App
from tealform.synth.atomic_write import write_atomic

OUT = Path(".cache", "review")
"""The folder of the reports, below the project."""

REPORTS = {"policy.sarif": sarif.render, "policy.junit.xml": junit.render, "policy.json": json_report.render}

_echo = partial(print, flush=True)


class PolicyGate(Protocol):
    """The policy gate's check of a project."""

    def __call__(self, root: Path, names: Collection[str], today: date | None, echo: Echo, /) -> list[GateResult]:
        """Return the results for a project."""


def check(
    root: Path,
    base: str,
    out: Path,
    *,
    app: App,
    longest: int = LONGEST,
    today: date | None = None,
    check_policy: PolicyGate = gate.check,
    echo: Echo = _echo,
) -> Review:
    """Check what is checked out in ``root`` against ``base``, write the reports into ``out``, and return the review.

    It first deletes the reports of an earlier run, and writes ``comment.md``, of at most ``longest`` characters, in each
    case. ``app`` generates the Terraform again, in place. ``echo`` gets progress and differences. Raises
    ``TealformError`` for a ``longest`` that leaves no room.
    """
    if longest < comment.SHORTEST:
        raise TealformError(f"a comment of {longest} characters says nothing; allow {comment.SHORTEST} or more")
    for name in (COMMENT, *REPORTS):
        (out / name).unlink(missing_ok=True)
    found = _Reviewer(root, app, today or date.today(), check_policy, echo).review(base)
    out.mkdir(parents=True, exist_ok=True)
    write_atomic(comment.render(found, longest).encode(), out / COMMENT)
    if found.verdicts:
        for name, render in REPORTS.items():
            write_atomic(render(found.verdicts).encode(), out / name)
    return found


@dataclass(frozen=True)
class _Reviewer:
    """Reviews what is checked out in ``root``, as of ``today``."""

    root: Path
    app: App
    today: date
    check_policy: PolicyGate
    echo: Echo

    def review(self, base: str) -> Review:
        """Return the review against ``base``. A step that fails adds an error and does not stop the others."""
        seen = Review()
        # In this order: the policies check what the settings say, whatever is committed.
        for step in (self._synth, self._policy, partial(self._changes, base)):
            try:
                seen = step(seen)
            except TealformError as error:
                seen = replace(seen, errors=(*seen.errors, str(error)))
        return seen

    def _synth(self, seen: Review) -> Review:
        """Generate everything again, so that the next steps see what the settings say."""
        return replace(seen, synth=self.app.refresh(self.root, (), self.echo))

    def _policy(self, seen: Review) -> Review:
        verdicts = self.check_policy(self.root, (), self.today, self.echo)
        return replace(seen, verdicts=tuple(verdicts), findings=review.compare_findings((), verdicts, {}))

    def _changes(self, base: str, seen: Review) -> Review:
        found = merge_base.find(self.root, base)
        with tempfile.TemporaryDirectory(prefix="tealform-base-") as folder:
            before = Path(folder)
            merge_base.export(self.root, found, before)
            old = self._base_verdicts(before)
            compared = environment_diff.compare(before, self.root)
            changed_checks = risks.find_changed_checks(merge_base.changed(self.root, found))
            found_risks = (*changed_checks, *self._risks(before, compared))
        renamed = {each.name: each.was for each in compared if each.was}
        compared_findings = review.compare_findings(old, seen.verdicts, renamed)
        return replace(seen, base=found, findings=compared_findings, compared=compared, risks=found_risks)

    def _base_verdicts(self, before: Path) -> list[GateResult]:
        """A base that cannot be checked is no error of this pull request, which may fix it."""
        try:
            return self.check_policy(before, (), self.today, self.echo) if environments.list_names(before) else []
        except TealformError as error:
            return [GateResult("BASE", {}, mistakes=(str(error),))]

    def _risks(self, before: Path, compared: Collection[Compared]) -> Iterator[str]:
        yield from (f"{each.name}: {line}" for each in compared for line in risks.find_risks(each))
        # There may be many waivers, above all in a new environment.
        for each in compared:
            if each.fate != "removed" and not environments.is_account(each.name):
                was = "" if each.fate == "new" else f"environments/{each.was or each.name}"
                yield from (f"{each.name}: {line}" for line in self._waivers(before, was, f"environments/{each.name}"))
        if (self.root / ARTIFACTS).is_dir():
            yield from (f"{ARTIFACTS}: {line}" for line in self._waivers(before, ARTIFACTS, ARTIFACTS))

    def _waivers(self, before: Path, was: str, now: str) -> Iterator[str]:
        old = (before, before / was) if was else None
        return risks.find_new_waivers(old, (self.root, self.root / now), self.today)
