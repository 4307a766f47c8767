"""What became of a mutant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tealform_harness.mutation.mutant import Mutant

Result = Literal["caught", "blind spot", "missed", "no blind spot"]


@dataclass(frozen=True)
class Outcome:
    """A mutant of an ``area`` of the table, and the ids of the rules that object to it."""

    area: str
    mutant: Mutant
    caught_by: tuple[str, ...] = ()

    @property
    def result(self) -> Result:
        """``no blind spot`` is what the table says nothing can see, and something does."""
        if self.mutant.blind:
            return "no blind spot" if self.caught_by else "blind spot"
        return "caught" if self.caught_by else "missed"


def count(outcomes: Iterable[Outcome], result: Result) -> int:
    """How many have this result."""
    return sum(each.result == result for each in outcomes)


def hold(outcomes: Iterable[Outcome]) -> bool:
    """Whether the gate sees what it should, and the table says what it does not."""
    return all(each.result in ("caught", "blind spot") for each in outcomes)
