"""Placeholder until the report is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.policy.verdict import Verdict


def lines(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Placeholder."""
    yield from (str(verdict) for verdict in verdicts)
