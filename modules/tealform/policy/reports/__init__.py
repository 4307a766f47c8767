"""The reports of the policy gate: lines for a terminal, and the formats that it writes to files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tealform.policy.reports import json_report, junit, markdown, sarif
from tealform.policy.result import GateResult

FORMATS: Mapping[str, Callable[[Sequence[GateResult]], str]] = {
    "sarif": sarif.render,
    "junit": junit.render,
    "json": json_report.render,
    "markdown": markdown.render,
}
"""The renderer of each format, by its name on the command line."""
