"""Checks a pull request, and writes down what a CI server or a reviewer wants to know of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from tealform.errors import TealformError
from tealform.policy import gate
from tealform.policy.reports import json_report, junit, sarif
from tealform.policy.reports.markdown import LONGEST
from tealform.review import comment, console, drift
from tealform.review.drift import Drift
from tealform.review.review import Review
from tealform.review.review_builder import Judge, Reviewer, Say
from tealform.synth.atomic_write import write_atomic

OUT = Path(".cache", "pr-check")
"""Where the reports are written to, below the project."""

COMMENT = "comment.md"
REPORTS = {"policy.sarif": sarif.render, "policy.junit.xml": junit.render, "policy.json": json_report.render}


def _print(line: str) -> None:
    print(line, flush=True)


def check(
    root: Path,
    base: str,
    out: Path,
    *,
    longest: int = LONGEST,
    today: date | None = None,
    judge: Judge = gate.judge,
    generate: Callable[[Path, Say], Drift] = drift.look,
    say: Say = _print,
) -> int:
    """Checks what is checked out in ``root`` against ``base``, writes the reports into ``out``, and says the outcome.

    Returns 0 if there is nothing to mend, 1 for drift or findings, 2 if it could not be judged. ``comment.md`` is there
    in each case, and says why; ``longest`` is how many characters it may have. Reports of an earlier run are gone as
    soon as this one begins. Raises ``TealformError`` for a ``longest`` that leaves no room.
    """
    if longest < comment.SHORTEST:
        raise TealformError(f"a comment of {longest} characters says nothing; allow {comment.SHORTEST} or more")
    for name in (COMMENT, *REPORTS):
        (out / name).unlink(missing_ok=True)
    review = Reviewer(root, today or date.today(), judge, generate, say).review(base)
    out.mkdir(parents=True, exist_ok=True)
    for name, text in _files(review, longest):
        write_atomic(text.encode(), out / name)
    for line in console.lines(review):
        say(line)
    return review.exit_code


def _files(review: Review, longest: int) -> Iterator[tuple[str, str]]:
    yield COMMENT, comment.render(review, longest)
    if review.verdicts:
        yield from ((name, render(review.verdicts)) for name, render in REPORTS.items())
