"""Judges the table of mutants, and says what is seen of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from tealform.errors import TealformError
from tealform_harness.mutation import judging, mutants, report
from tealform_harness.mutation.judging import Caught, Say
from tealform_harness.mutation.mutant import Mutant
from tealform_harness.mutation.outcome import Outcome, hold

Judge = Callable[[Path, Sequence[Mutant], Say], Caught]
Table = Mapping[str, Sequence[Mutant]]


def mutate(root: Path, areas: Collection[str], as_json: bool, judge: Judge = judging.judge) -> int:
    """Judges the mutants of these ``areas`` (all if none is named) and prints what became of each.

    Returns 1 if one is missed, or if one is caught that stands in the table as a blind spot. Raises ``TealformError``
    for an area that there is not, and what ``judge`` does.
    """
    found = outcomes(root, _table(areas), judge)
    print(report.as_json(found) if as_json else "\n".join(report.lines(found)), flush=True)
    return 0 if hold(found) else 1


def outcomes(root: Path, table: Table, judge: Judge = judging.judge) -> list[Outcome]:
    """What becomes of each mutant of the ``table``, in its order."""
    caught = judge(root, [mutant for each in table.values() for mutant in each], _say)
    return [Outcome(area, mutant, caught.get(mutant.id, ())) for area, some in table.items() for mutant in some]


def _table(areas: Collection[str]) -> Table:
    known = mutants.by_area()
    if unknown := sorted(set(areas) - known.keys()):
        raise TealformError(f'there is no area "{unknown[0]}"; use {", ".join(known)}')
    return {area: some for area, some in known.items() if area in areas or not areas}


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
