"""The review of a pull request as plain text in sections, and the comparison of its findings with those of its base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tealform.policy.reports import formatting
from tealform.policy.result import BROKEN, CLEAN, FINDINGS, GateResult, LocatedFinding, worst_exit_code
from tealform.review.environment_diff import Compared
from tealform.review.merge_base import Base
from tealform.review.resource_diff import ResourceChange
from tealform.settings.errors import Problem
from tealform.synth.app import SynthResult

_MOST = 15
_FATES = {"new": "is new", "removed": "is removed"}


@dataclass(frozen=True)
class Entry:
    """A line with its details."""

    text: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Entries below a title; a ``folded`` section is for reference."""

    title: str
    entries: tuple[Entry, ...]
    folded: bool = False


@dataclass(frozen=True)
class Findings:
    """All findings, the worst first. ``incomparable`` says of which scopes the base could not be checked."""

    new: tuple[LocatedFinding, ...] = ()
    before: tuple[LocatedFinding, ...] = ()
    gone: tuple[LocatedFinding, ...] = ()
    lapsed: tuple[Problem, ...] = ()
    incomparable: tuple[str, ...] = ()


@dataclass(frozen=True)
class Review:
    """The results. ``base`` is ``None`` if it could not be found; ``errors`` say what could not be checked."""

    base: Base | None = None
    synth: SynthResult = field(default_factory=SynthResult)
    verdicts: tuple[GateResult, ...] = ()
    findings: Findings = field(default_factory=Findings)
    compared: tuple[Compared, ...] = ()
    risks: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def broken(self) -> tuple[str, ...]:
        """All reasons why something could not be checked."""
        policy = [f"{verdict.scope}: {text}" for verdict in self.verdicts for text in verdict.mistakes]
        return (*self.errors, *self.synth.errors, *policy)

    @property
    def exit_code(self) -> int:
        """2 if something could not be checked, else 1 for outdated files and any findings, else 0."""
        if self.broken or not self.verdicts:
            return BROKEN
        return FINDINGS if self.synth.changed or worst_exit_code(self.verdicts) != CLEAN else CLEAN

    @property
    def heading(self) -> str:
        """The result in a few words."""
        if self.exit_code == BROKEN:
            return "it could not be judged"
        parts = [
            formatting.many(len(self.findings.new), "new finding") if self.findings.new else "",
            f"{formatting.many(len(self.findings.before), 'finding')} as before" if self.findings.before else "",
            formatting.many(len(self.findings.lapsed), "lapsed waiver") if self.findings.lapsed else "",
            "what is generated is not committed" if self.synth.changed else "",
        ]
        text = ", ".join(filter(None, parts)) or "nothing to mend"
        return f"{text}, {formatting.many(len(self.risks), 'thing')} to look at" if self.risks else text

    def facts(self) -> Iterator[tuple[str, str]]:
        """What was asked, and the answer in a line."""
        yield "compared with", str(self.base) if self.base else "nothing, see below"
        yield "generated", self._generated()
        yield "policy", formatting.summary(self.verdicts).partition(": ")[2] if self.verdicts else "not judged"
        # The committed files may be the same because nothing could be generated.
        seen = "as it was generated last: " if self.synth.errors else ""
        for compared in self.compared:
            yield compared.name, seen + summary(compared)

    def _generated(self) -> str:
        if self.synth.errors:
            return "could not be generated"
        return "differs from what the settings say" if self.synth.changed else "is what the settings say"

    def sections(self) -> Iterator[Section]:
        """Yield the sections, the most important first."""
        yield from _section("Could not be judged", _lines(self.broken))
        yield from _section("Outdated generated files; run tealform synth and commit them", _lines(self.synth.changed))
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
    """Summarize the changes of an environment, like ``2 added, 1 changed``."""
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


def _finding(found: LocatedFinding) -> Entry:
    return Entry(
        f"{found.rule.severity}: {found.rule.id} in {found.scope}: {formatting.where(found.finding)}: {formatting.wrong(found)}",
        (f"mended at {formatting.mended_at(found)}", f"fix: {found.rule.fix}", f"why: {found.rule.why}"),
    )


def _gone(found: LocatedFinding) -> Entry:
    return Entry(f"{found.rule.id} in {found.scope}: {formatting.where(found.finding)}")


def _changed(change: ResourceChange) -> Entry:
    more = len(change.arguments) - _MOST
    details = change.arguments[:_MOST] + ((f"and {more} more",) if more > 0 else ())
    return Entry(f"{change.action}: {change.path}", details)


def compare_findings(
    before: Collection[GateResult], after: Collection[GateResult], renamed: Mapping[str, str]
) -> Findings:
    """Compare the findings of ``after`` with those of ``before``; ``renamed`` has the former names of environments.

    The same rule on the same resource is the same finding. A waived one is none.
    """
    names = {was: name for name, was in renamed.items()}
    old = [(_key(each, names.get(each.scope, each.scope)), each) for each in formatting.worst_first(before)]
    new = [(_key(each, each.scope), each) for each in formatting.worst_first(after)]
    old_keys, new_keys = {key for key, _ in old}, {key for key, _ in new}
    # In a scope that could not be checked, no finding is gone.
    unchecked = {verdict.scope for verdict in after if verdict.mistakes}
    return Findings(
        new=tuple(each for key, each in new if key not in old_keys),
        before=tuple(each for key, each in new if key in old_keys),
        gone=tuple(each for key, each in old if key not in new_keys and key[0] not in unchecked),
        lapsed=tuple(problem for verdict in after for problem in verdict.lapsed),
        incomparable=tuple(sorted(f"{each.scope}: {each.mistakes[0]}" for each in before if each.mistakes)),
    )


def _key(found: LocatedFinding, scope: str) -> tuple[str, str, str]:
    return scope, found.rule.id, formatting.where(found.finding)
