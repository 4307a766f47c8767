"""Waived findings, put together by rule and reason: the same is often accepted in every environment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tealform.policy.reports.formatting import flat
from tealform.policy.result import GateResult, LocatedFinding
from tealform.policy.rule import SEVERITIES, Rule
from tealform.policy.waivers import Waiver


@dataclass(frozen=True)
class Accepted:
    """``number`` findings of one rule, accepted for one reason; ``until`` is the earliest end."""

    rule: Rule
    number: int
    scopes: tuple[str, ...]
    until: date
    owners: tuple[str, ...]
    reason: str


def together(verdicts: Iterable[GateResult]) -> list[Accepted]:
    """All that is waived, the worst first."""
    groups: dict[tuple[str, str], list[tuple[LocatedFinding, Waiver]]] = defaultdict(list)
    for verdict in verdicts:
        for told, waiver in verdict.waived:
            groups[told.rule.id, flat(waiver.reason)].append((told, waiver))
    return sorted((_group(reason, members) for (_, reason), members in groups.items()), key=_rank)


def _group(reason: str, members: list[tuple[LocatedFinding, Waiver]]) -> Accepted:
    return Accepted(
        members[0][0].rule,
        len(members),
        tuple(sorted({told.scope for told, _ in members})),
        min(waiver.until for _, waiver in members),
        tuple(sorted({flat(waiver.owner) for _, waiver in members})),
        reason,
    )


def _rank(accepted: Accepted) -> tuple[int, str, str]:
    return SEVERITIES.index(accepted.rule.severity), accepted.rule.id, accepted.reason
