"""What the reports have in common: their order, their counts, and how text of others is shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from tealform.policy.finding import Finding
from tealform.policy.result import BROKEN, GateResult, LocatedFinding
from tealform.policy.rule import SEVERITIES
from tealform.settings.errors import Problem

ARTIFACTS = "artifacts"
"""The scope that is no environment."""

_BREAKS = ("Zl", "Zp")


def flat(text: str) -> str:
    """``text`` on one line, without characters that a terminal obeys, that reverse it, or that XML does not know."""
    return " ".join("".join(" " if _obeyed(character) else character for character in text).split())


def _obeyed(character: str) -> bool:
    category = unicodedata.category(character)
    return category.startswith("C") or category in _BREAKS


def where(finding: Finding) -> str:
    """The construct path, or the address of what has none."""
    return flat(finding.path or finding.address)


def wrong(told: LocatedFinding) -> str:
    """What is wrong here, or what should hold where that is all that is known."""
    return flat(told.finding.message or told.finding.title)


def mended_at(told: LocatedFinding) -> str:
    """The setting that would mend it and where it stands, or where the resource stands."""
    place = f"{told.location.file.as_posix()}:{told.location.line}"
    return flat(f"{told.setting} in {place}" if told.setting else place)


def worst_first(verdicts: Iterable[GateResult]) -> list[LocatedFinding]:
    """Everything that has to be mended."""
    return sorted((told for verdict in verdicts for told in verdict.left), key=_rank)


def _rank(told: LocatedFinding) -> tuple[int, str, str, str, str, int, str]:
    severity = SEVERITIES.index(told.rule.severity)
    return severity, told.scope, told.rule.id, where(told.finding), mended_at(told), told.location.line, wrong(told)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Each problem once, by the lines of the file."""
    return sorted(set(problems), key=lambda problem: (problem.location.line, str(problem)))


def exit_code(verdicts: Sequence[GateResult]) -> int:
    """The worst of all; 2 if there are none, for then nothing was judged."""
    return max((verdict.exit_code for verdict in verdicts), default=BROKEN)


def counts(verdicts: Iterable[GateResult]) -> str:
    """How much there is of what, like ``1640 checks, 0 findings, 47 waived findings``."""
    return ", ".join(_counts(list(verdicts)))


def summary(verdicts: Sequence[GateResult]) -> str:
    """The last line of the gate; CI servers look for it."""
    environments = sum(verdict.scope != ARTIFACTS for verdict in verdicts)
    return f"policy: {many(environments, 'environment')}, {counts(verdicts)}"


def many(number: int, what: str) -> str:
    """``1 check``, ``2 checks``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _counts(verdicts: list[GateResult]) -> Iterator[str]:
    yield many(sum(verdict.checks for verdict in verdicts), "check")
    yield many(sum(len(verdict.left) for verdict in verdicts), "finding")
    rest = {
        "waived finding": sum(len(verdict.waived) for verdict in verdicts),
        "lapsed waiver": sum(len(verdict.lapsed) for verdict in verdicts),
        "mistake": sum(len(verdict.mistakes) for verdict in verdicts),
    }
    yield from (many(number, what) for what, number in rest.items() if number)
