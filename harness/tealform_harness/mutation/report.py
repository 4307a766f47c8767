"""What is told of mutants."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from tealform_harness.mutation.outcome import Outcome, count

_ID_WIDTH = 50
_RESULT_WIDTH = 14


def lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Each mutant with who caught it, or what it does, area by area; the totals in the end."""
    area = ""
    for outcome in outcomes:
        if outcome.area != area:
            area = outcome.area
            yield area
        yield f"  {outcome.result:<{_RESULT_WIDTH}}{outcome.mutant.id:<{_ID_WIDTH}}{_said(outcome)}"
    yield totals(outcomes)


def totals(outcomes: Sequence[Outcome]) -> str:
    """How many were caught, how many are known not to be, and how many should be."""
    caught = sum(bool(each.caught_by) for each in outcomes)
    text = (
        f"mutation: {caught} of {len(outcomes)} caught, {count(outcomes, 'blind spot')} known blind spots, "
        f"{count(outcomes, 'missed')} missed"
    )
    stale = count(outcomes, "no blind spot")
    return text + (f"; {stale} in the table as blind spots are caught: take their reasons away" if stale else "")


def as_json(outcomes: Sequence[Outcome]) -> str:
    """All of it, for programs."""
    return json.dumps(
        {
            "total": len(outcomes),
            "caught": sum(bool(each.caught_by) for each in outcomes),
            "blind_spots": count(outcomes, "blind spot"),
            "missed": count(outcomes, "missed"),
            "mutants": [_as_dictionary(each) for each in outcomes],
        },
        indent=2,
        ensure_ascii=False,
    )


def _said(outcome: Outcome) -> str:
    if outcome.caught_by:
        return ", ".join(outcome.caught_by)
    return outcome.mutant.blind or f"{outcome.mutant.title}. {outcome.mutant.harm}"


def _as_dictionary(outcome: Outcome) -> dict[str, object]:
    mutant = outcome.mutant
    return {
        "area": outcome.area,
        "id": mutant.id,
        "environment": mutant.environment,
        "title": mutant.title,
        "harm": mutant.harm,
        "result": outcome.result,
        "caught_by": list(outcome.caught_by),
        "blind": mutant.blind,
    }
