"""Which findings a pull request brings, which were there before it, and which it mends."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from tealform.policy.reports import formatting
from tealform.policy.result import GateResult, LocatedFinding
from tealform.settings.errors import Problem

_Key = tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    """All that is to be mended, the worst first. ``incomparable`` says of which scopes the base could not be judged."""

    new: tuple[LocatedFinding, ...] = ()
    before: tuple[LocatedFinding, ...] = ()
    gone: tuple[LocatedFinding, ...] = ()
    lapsed: tuple[Problem, ...] = ()
    incomparable: tuple[str, ...] = ()


def compare(before: Collection[GateResult], after: Collection[GateResult], renamed: Mapping[str, str]) -> Findings:
    """The findings of ``after`` beside those of ``before``; ``renamed`` has the former names of environments.

    A finding is the same if it is of the same rule on the same resource. What is waived is none.
    """
    names = {was: name for name, was in renamed.items()}
    old = {_key(told, names.get(told.scope, told.scope)) for told in _all(before)}
    new = {_key(told, told.scope) for told in _all(after)}
    # What could not be judged has no findings that are gone.
    judged = {verdict.scope for verdict in after if not verdict.mistakes}
    scopes = {verdict.scope for verdict in after}
    return Findings(
        tuple(told for told in _all(after) if _key(told, told.scope) not in old),
        tuple(told for told in _all(after) if _key(told, told.scope) in old),
        tuple(told for told in _all(before) if _is_gone(told, names.get(told.scope, told.scope), new, judged, scopes)),
        tuple(problem for verdict in after for problem in verdict.lapsed),
        tuple(sorted(f"{verdict.scope}: {verdict.mistakes[0]}" for verdict in before if verdict.mistakes)),
    )


def _is_gone(told: LocatedFinding, name: str, new: set[_Key], judged: set[str], scopes: set[str]) -> bool:
    return _key(told, name) not in new and (name in judged or name not in scopes)


def _all(verdicts: Iterable[GateResult]) -> list[LocatedFinding]:
    return formatting.worst_first(verdicts)


def _key(told: LocatedFinding, scope: str) -> _Key:
    return scope, told.rule.id, formatting.where(told.finding)
