"""Looks at a pull request from all sides; what cannot be seen from one keeps nobody from the others."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol

from tealform.errors import TealformError
from tealform.policy.result import Verdict
from tealform.policy.scanner import ARTIFACTS
from tealform.review import environment_diff, findings, risks, waiver_changes
from tealform.review import merge_base as bases
from tealform.review.drift import Drift
from tealform.review.environment_diff import Compared
from tealform.review.review import Review
from tealform.synth import environments

Say = Callable[[str], None]


class Judge(Protocol):
    """The policy gate's ``judge``."""

    def __call__(self, root: Path, names: Collection[str], today: date | None, say: Say) -> list[Verdict]:
        """The verdicts on a project."""


@dataclass(frozen=True)
class Reviewer:
    """Reviews what is checked out in ``root``, as of ``today``.

    ``judge`` is the policy gate, ``generate`` looks for drift, and ``say`` is told what takes a while.
    """

    root: Path
    today: date
    judge: Judge
    generate: Callable[[Path, Say], Drift]
    say: Say

    def review(self, base: str) -> Review:
        """What is seen against ``base``; what could not be is among its mistakes."""
        seen = Review()
        # In this order: what is judged is what the settings say, whatever is committed.
        for look in (self._drift, self._policy, partial(self._changes, base)):
            try:
                seen = look(seen)
            except TealformError as error:
                seen = replace(seen, mistakes=(*seen.mistakes, str(error)))
        return seen

    def _drift(self, seen: Review) -> Review:
        return replace(seen, drift=self.generate(self.root, self.say))

    def _policy(self, seen: Review) -> Review:
        verdicts = self.judge(self.root, (), self.today, self.say)
        return replace(seen, verdicts=tuple(verdicts), findings=findings.compare((), verdicts, {}))

    def _changes(self, base: str, seen: Review) -> Review:
        found = bases.find(self.root, base)
        with tempfile.TemporaryDirectory(prefix="tealform-base-") as folder:
            before = Path(folder)
            bases.export(self.root, found, before)
            old = self._judged(before)
            compared = environment_diff.compare(before, self.root)
            told = (*risks.judges(bases.changed(self.root, found)), *self._risks(before, compared))
        renamed = {each.name: each.was for each in compared if each.was}
        told_findings = findings.compare(old, seen.verdicts, renamed)
        return replace(seen, base=found, findings=told_findings, compared=compared, risks=told)

    def _judged(self, before: Path) -> list[Verdict]:
        """What was found in the base; that it cannot be judged is no mistake of this pull request, which may mend it."""
        try:
            return self.judge(before, (), self.today, self.say) if environments.list_names(before) else []
        except TealformError as error:
            return [Verdict("BASE", {}, mistakes=(str(error),))]

    def _risks(self, before: Path, compared: Collection[Compared]) -> Iterator[str]:
        yield from (f"{each.name}: {line}" for each in compared for line in risks.of(each))
        # Of these there may be many, above all where an environment is new.
        yield from (f"{each.name}: {line}" for each in compared for line in self._waived(before, each))
        if (self.root / ARTIFACTS).is_dir():
            yield from (f"{ARTIFACTS}: {line}" for line in self._new_waivers(before, ARTIFACTS, ARTIFACTS))

    def _waived(self, before: Path, compared: Compared) -> Iterator[str]:
        if compared.fate != "removed" and not compared.name.startswith(f"{environment_diff.BOOTSTRAP}/"):
            was = "" if compared.fate == "new" else f"environments/{compared.was or compared.name}"
            yield from self._new_waivers(before, was, f"environments/{compared.name}")

    def _new_waivers(self, before: Path, was: str, now: str) -> Iterator[str]:
        yield from waiver_changes.told(
            (before, before / was) if was else None, (self.root, self.root / now), self.today
        )
