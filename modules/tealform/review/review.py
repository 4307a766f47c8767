"""All that is told of a pull request, as plain text in sections; how it is shown is up to the comment and the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tealform.policy.reports import formatting
from tealform.policy.result import BROKEN, CLEAN, FINDINGS, GateResult, LocatedFinding, worst_exit_code
from tealform.review.drift import Drift
from tealform.review.environment_diff import Compared
from tealform.review.findings import Findings
from tealform.review.merge_base import Base
from tealform.review.resource_diff import Change

_MOST = 15
_FATES = {"new": "is new", "removed": "is removed"}


@dataclass(frozen=True)
class Entry:
    """A line, and what belongs to it."""

    text: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """``folded`` is what is there to be looked up."""

    title: str
    entries: tuple[Entry, ...]
    folded: bool = False


@dataclass(frozen=True)
class Review:
    """What was seen. ``base`` is none if it could not be found; ``mistakes`` say what could not be judged."""

    base: Base | None = None
    drift: Drift = field(default_factory=Drift)
    verdicts: tuple[GateResult, ...] = ()
    findings: Findings = field(default_factory=Findings)
    compared: tuple[Compared, ...] = ()
    risks: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()

    @property
    def broken(self) -> tuple[str, ...]:
        """Why it could not be judged, all of it."""
        judged = [f"{verdict.scope}: {text}" for verdict in self.verdicts for text in verdict.mistakes]
        return (*self.mistakes, *self.drift.broken, *judged)

    @property
    def exit_code(self) -> int:
        """2 if it could not be judged, else 1 for drift and findings, be they new or not, else 0."""
        if self.broken or not self.verdicts:
            return BROKEN
        return FINDINGS if self.drift.files or worst_exit_code(self.verdicts) != CLEAN else CLEAN

    @property
    def heading(self) -> str:
        """The outcome in a few words."""
        if self.exit_code == BROKEN:
            return "it could not be judged"
        said = [
            formatting.many(len(self.findings.new), "new finding") if self.findings.new else "",
            f"{formatting.many(len(self.findings.before), 'finding')} as before" if self.findings.before else "",
            formatting.many(len(self.findings.lapsed), "lapsed waiver") if self.findings.lapsed else "",
            "what is generated is not committed" if self.drift.files else "",
        ]
        mend = ", ".join(filter(None, said)) or "nothing to mend"
        return f"{mend}, {formatting.many(len(self.risks), 'thing')} to look at" if self.risks else mend

    def facts(self) -> Iterator[tuple[str, str]]:
        """What was asked, and the answer in a line."""
        yield "compared with", str(self.base) if self.base else "nothing, see below"
        yield "generated", self._generated()
        yield "policy", formatting.summary(self.verdicts).partition(": ")[2] if self.verdicts else "not judged"
        # What is committed may be the same because what is to come could not be generated.
        seen = "as it was generated last: " if self.drift.broken else ""
        for compared in self.compared:
            yield compared.name, seen + summary(compared)

    def _generated(self) -> str:
        if self.drift.broken:
            return "could not be generated"
        return "differs from what the settings say" if self.drift.files else "is what the settings say"

    def sections(self) -> Iterator[Section]:
        """What there is to say, the most important first."""
        yield from _section("Could not be judged", _lines(self.broken))
        yield from _section("Not committed; run make synth, and commit", _lines(self.drift.files))
        yield from _section("Look at this", _lines(self.risks))
        yield from _section("New findings" if self.base else "Findings", map(_finding, self.findings.new))
        yield from _section("Waivers that lapsed", _lines(map(str, self.findings.lapsed)))
        yield from _section("Findings that were there before", map(_finding, self.findings.before), folded=True)
        yield from _section("Findings that are gone", map(_gone, self.findings.gone), folded=True)
        yield from _section("BASE could not be judged, so that all seems new", _lines(self.findings.incomparable))
        for compared in self.compared:
            if compared.fate == "kept":
                yield from _section(f"What changes in {compared.name}", map(_changed, compared.changes), folded=True)


def summary(compared: Compared) -> str:
    """What becomes of an environment, like ``2 added, 1 changed``."""
    if compared.unknown:
        return f"it cannot be seen what changes: {compared.unknown}"
    if compared.fate == "renamed":
        return f"was called {compared.was}"
    counted = Counter(change.action for change in compared.changes)
    numbers = ", ".join(f"{counted[action]} {action}" for action in ("added", "changed", "removed") if counted[action])
    return ": ".join(filter(None, (_FATES.get(compared.fate, ""), numbers or "no changes")))


def _section(title: str, entries: Iterable[Entry], *, folded: bool = False) -> Iterator[Section]:
    if made := tuple(entries):
        yield Section(title, made, folded)


def _lines(texts: Iterable[str]) -> Iterator[Entry]:
    return (Entry(text) for text in texts)


def _finding(told: LocatedFinding) -> Entry:
    return Entry(
        f"{told.rule.severity}: {told.rule.id} in {told.scope}: {formatting.where(told.finding)}: {formatting.wrong(told)}",
        (f"mended at {formatting.mended_at(told)}", f"fix: {told.rule.fix}", f"why: {told.rule.why}"),
    )


def _gone(told: LocatedFinding) -> Entry:
    return Entry(f"{told.rule.id} in {told.scope}: {formatting.where(told.finding)}")


def _changed(change: Change) -> Entry:
    return Entry(f"{change.action}: {change.path}", tuple(_abridged(change.arguments)))


def _abridged(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:_MOST]
    if len(lines) > _MOST:
        yield f"and {len(lines) - _MOST} more"
