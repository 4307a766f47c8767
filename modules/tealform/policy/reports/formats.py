"""The forms in which the gate writes what was found to files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tealform.policy.reports import json_report, junit, markdown, sarif
from tealform.policy.result import GateResult

FORMS: Mapping[str, Callable[[Sequence[GateResult]], str]] = {
    "sarif": sarif.render,
    "junit": junit.render,
    "json": json_report.render,
    "markdown": markdown.render,
}
"""How each is made of the verdicts, by the name that the command line has for it."""
