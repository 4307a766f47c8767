"""What the reports have in common: order, counts, summaries of waived findings, and the display of untrusted text."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tealform.policy.result import ARTIFACTS, GateResult, LocatedFinding
from tealform.policy.rule import SEVERITIES, Finding, Rule
from tealform.policy.waivers import Waiver
from tealform.settings.errors import Problem

_BREAKS = ("Zl", "Zp")


def flat(text: str) -> str:
    """Return ``text`` on one line, without characters that control a terminal, reverse text, or are invalid in XML."""
    return " ".join("".join(" " if _obeyed(character) else character for character in text).split())


def _obeyed(character: str) -> bool:
    category = unicodedata.category(character)
    return category.startswith("C") or category in _BREAKS


def where(finding: Finding) -> str:
    """Return the construct path of a finding, or its address if it has none."""
    return flat(finding.path or finding.address)


def wrong(located: LocatedFinding) -> str:
    """Return what is wrong with the resource; the requirement if no more is known."""
    return flat(located.finding.message or located.finding.title)


def mended_at(located: LocatedFinding) -> str:
    """Return the setting that fixes a finding and its location, or the location of the resource."""
    place = f"{located.location.file.as_posix()}:{located.location.line}"
    return flat(f"{located.setting} in {place}" if located.setting else place)


def worst_first(results: Iterable[GateResult]) -> list[LocatedFinding]:
    """Return every remaining finding, the worst first."""
    return sorted((located for result in results for located in result.remaining), key=_rank)


def _rank(located: LocatedFinding) -> tuple[int, str, str, str, str, int, str]:
    severity = SEVERITIES.index(located.rule.severity)
    return (
        severity,
        located.scope,
        located.rule.id,
        where(located.finding),
        mended_at(located),
        located.location.line,
        wrong(located),
    )


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return each problem once, by the lines of the file."""
    return sorted(set(problems), key=lambda problem: (problem.location.line, str(problem)))


def totals(results: Sequence[GateResult]) -> dict[str, int]:
    """Return how many environments, checks, findings, waived findings, lapsed waivers and mistakes there are."""
    return {
        "environments": sum(result.scope != ARTIFACTS for result in results),
        "checks": sum(result.checks for result in results),
        "findings": sum(len(result.remaining) for result in results),
        "waived": sum(len(result.waived) for result in results),
        "lapsed": sum(len(result.lapsed) for result in results),
        "mistakes": sum(len(result.mistakes) for result in results),
    }


def counts(results: Sequence[GateResult]) -> str:
    """Render the totals, like ``1640 checks, 0 findings, 47 waived findings``."""
    total = totals(results)
    rest = {"waived": "waived finding", "lapsed": "lapsed waiver", "mistakes": "mistake"}
    return ", ".join(
        [
            many(total["checks"], "check"),
            many(total["findings"], "finding"),
            *(many(total[key], noun) for key, noun in rest.items() if total[key]),
        ]
    )


def summary(results: Sequence[GateResult]) -> str:
    """Render the last line of the gate; CI servers look for it."""
    return f"policy: {many(totals(results)['environments'], 'environment')}, {counts(results)}"


def many(number: int, what: str) -> str:
    """Render a count: ``1 check``, ``2 checks``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


@dataclass(frozen=True)
class WaivedGroup:
    """``number`` findings of one rule, accepted for one reason; ``until`` is the earliest end."""

    rule: Rule
    number: int
    scopes: tuple[str, ...]
    until: date
    owners: tuple[str, ...]
    reason: str


def summarize_waived(results: Iterable[GateResult]) -> list[WaivedGroup]:
    """Group waived findings by rule and reason (environments often accept the same), the worst first."""
    groups: dict[tuple[str, str], list[tuple[LocatedFinding, Waiver]]] = defaultdict(list)
    for result in results:
        for located, waiver in result.waived:
            groups[located.rule.id, flat(waiver.reason)].append((located, waiver))
    found = (_group(reason, members) for (_, reason), members in groups.items())
    return sorted(found, key=lambda group: (SEVERITIES.index(group.rule.severity), group.rule.id, group.reason))


def _group(reason: str, members: list[tuple[LocatedFinding, Waiver]]) -> WaivedGroup:
    return WaivedGroup(
        members[0][0].rule,
        len(members),
        tuple(sorted({located.scope for located, _ in members})),
        min(waiver.until for _, waiver in members),
        tuple(sorted({flat(waiver.owner) for _, waiver in members})),
        reason,
    )
