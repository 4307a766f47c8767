"""Constraints that are wrong about what Cutover generates, and so left out: attribute and source, with the reason."""

from __future__ import annotations

from harness.stand_in.values.constraint import Source

DOUBTFUL: dict[tuple[str, Source], str] = {}
