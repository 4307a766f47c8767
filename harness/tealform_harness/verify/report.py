"""How verdicts are shown: each as it falls, a table at the end, or all as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence

from tealform_harness.verify.result import Verdict

_HEAD = ("environment", "claim", "result", "time", "by")


def live(verdict: Verdict) -> Iterator[str]:
    """The lines for one verdict that has just fallen."""
    time = f", {verdict.seconds:.1f} s" if verdict.seconds else ""
    yield f"{verdict.environment}: {verdict.claim}: {verdict.result}{time} ({verdict.by})"
    yield from (f"    {note}" for note in verdict.notes)
    yield from (f"  - {finding}" for finding in verdict.findings)


def table(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """What was proved by what, and what was not, a line each, then the counts."""
    rows = [_HEAD, *(_row(verdict) for verdict in verdicts)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield from _reasons(verdicts)
    counts = {result: sum(each.result == result for each in verdicts) for result in ("proved", "refuted", "not proved")}
    yield ", ".join(f"{number} {result}" for result, number in counts.items())


def _reasons(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Why what was not proved was not, each reason once."""
    left_open = [verdict for verdict in verdicts if verdict.result == "not proved"]
    for reason in dict.fromkeys(finding for verdict in left_open for finding in verdict.findings):
        claims = dict.fromkeys(verdict.claim for verdict in left_open if reason in verdict.findings)
        yield f"not proved: {', '.join(claims)}: {reason}"


def as_json(verdicts: Sequence[Verdict]) -> str:
    """All verdicts as one JSON document, seconds rounded to hundredths."""
    entries = [dataclasses.asdict(verdict) | {"seconds": round(verdict.seconds, 2)} for verdict in verdicts]
    return json.dumps({"verdicts": entries}, indent=2)


def _row(verdict: Verdict) -> tuple[str, ...]:
    time = f"{verdict.seconds:.1f} s" if verdict.seconds else ""
    return (verdict.environment, verdict.claim, verdict.result, time, verdict.by)
