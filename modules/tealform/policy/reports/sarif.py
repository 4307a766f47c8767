"""The remaining findings as SARIF 2.1.0, which GitHub shows as code scanning alerts.

GitHub reads a subset of SARIF and ignores the rest, see
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning.
It ignores ``suppressions``: a suppressed result would be an open alert
(https://github.com/github/codeql-action/issues/1230). So waived findings are left out; the next upload closes the alert of a
finding that gets a waiver. It ignores ``invocations`` too: a broken scan would look clean. So what could not be checked is
in the invocations, and also a result of the rule TEAL_GATE.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tealform.policy.reports import formatting
from tealform.policy.reports.formatting import flat
from tealform.policy.result import ARTIFACTS, BROKEN, GateResult, worst_exit_code
from tealform.policy.rule import Rule, Severity
from tealform.policy.waivers import FILE
from tealform.settings.errors import Location, dotted
from tealform.settings.loader import GENERATED

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
"""The name of the schema; GitHub wants it in the file."""

WAIVER = Rule(
    "TEAL_WAIVER",
    "medium",
    "A waiver holds, and matches a finding",
    "A waiver that has expired accepts nothing any more, and one that matches nothing would silence a finding to come.",
    f"Mend the finding or decide again, in {FILE}; remove a waiver that is not needed.",
    "",
)
GATE = Rule(
    "TEAL_GATE",
    "high",
    "The policy gate can judge everything",
    "What the gate could not look at may hold any mistake; that no other alert is open then says nothing.",
    "Fix what the message names, then run: tealform policy",
    "",
)

_LEVELS: dict[Severity, str] = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
_SCORES: dict[Severity, str] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0"}
_LONGEST = 1000
"""GitHub takes 1,024 characters of a description."""
_ROOT = "%SRCROOT%"
_AT = re.compile(r"(?P<file>[^\s:]+):(?P<line>[1-9]\d*): ")
_IN = re.compile(r"((?:environments|artifacts)/[^\s:]*\.[^\s:/]+): ")


@dataclass(frozen=True)
class _Alert:
    """An alert. ``identity`` distinguishes alerts of one rule, and stays when lines move."""

    rule: Rule
    message: str
    location: Location
    identity: tuple[str, ...]
    logical: tuple[str, ...] = ()


def render(results: Sequence[GateResult]) -> str:
    """Render the log of one run, with a line break at its end; paths are relative to the repository's root."""
    alerts = [alert for result in results for alert in _alerts(result)]
    rules = sorted({alert.rule.id: alert.rule for alert in alerts}.values(), key=lambda rule: rule.id)
    run = {
        "tool": {"driver": {"name": "Tealform", "rules": [_rule(rule) for rule in rules]}},
        "invocations": [_invocation(results)],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": list(_results(alerts, [rule.id for rule in rules])),
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _alerts(result: GateResult) -> Iterator[_Alert]:
    for located in formatting.worst_first([result]):
        found, where = located.finding, formatting.where(located.finding)
        message = f"{_sentence(formatting.wrong(located))} It is {where} in {located.scope}, mended at {formatting.mended_at(located)}."
        logical = tuple(f"{located.scope}/{name}" for name in dict.fromkeys((found.path, found.address)) if name)
        yield _Alert(located.rule, message, located.location, (located.scope, found.address), logical)
    for problem in formatting.in_order(result.lapsed):
        path = dotted(problem.path)
        yield _Alert(WAIVER, f"{path}: {problem.message}", problem.location, (result.scope, path))
    for mistake in result.mistakes:
        yield _Alert(GATE, mistake, _place(result.scope, mistake), (result.scope, _AT.sub("", mistake)))


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _place(scope: str, mistake: str) -> Location:
    """Return the location that a mistake names, else the file to check: GitHub shows no result without a location."""
    if said := _AT.match(mistake):
        return Location(Path(said["file"]), int(said["line"]))
    if named := _IN.match(mistake):
        return Location(Path(named[1]), 1)
    return Location(Path("artifacts/Dockerfile" if scope == ARTIFACTS else f"environments/{scope}/{GENERATED}"), 1)


def _rule(rule: Rule) -> dict[str, Any]:
    markdown = f"**How to mend it:** {rule.fix}" + (f"\n\n[{rule.id}]({rule.link})" if rule.link else "")
    said = {
        "id": rule.id,
        "name": rule.id,
        "shortDescription": {"text": rule.title[:_LONGEST]},
        "fullDescription": {"text": rule.why[:_LONGEST]},
        "help": {"text": f"{rule.fix}\n{rule.link}".strip(), "markdown": markdown},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["security", "policy"],
            "precision": "high",
            "security-severity": _SCORES[rule.severity],
        },
    }
    return said | ({"helpUri": rule.link} if rule.link else {})


def _results(alerts: Sequence[_Alert], rules: list[str]) -> Iterator[dict[str, Any]]:
    times: Counter[str] = Counter()
    for alert in alerts:
        fingerprint = hashlib.sha256("\n".join((alert.rule.id, *alert.identity)).encode()).hexdigest()[:16]
        times[fingerprint] += 1
        yield {
            "ruleId": alert.rule.id,
            "ruleIndex": rules.index(alert.rule.id),
            "level": _LEVELS[alert.rule.severity],
            "message": {"text": _unlinked(alert.message)},
            "locations": [_location(alert)],
            "partialFingerprints": {"primaryLocationLineHash": f"{fingerprint}:{times[fingerprint]}"},
        }


def _unlinked(text: str) -> str:
    """Break ``[text](target)``, which is a link in any message (SARIF 3.11.6)."""
    return flat(text).replace("](", "] (")


def _location(alert: _Alert) -> dict[str, Any]:
    line = alert.location.line
    physical = {
        "artifactLocation": {"uri": quote(alert.location.file.as_posix()), "uriBaseId": _ROOT},
        "region": {"startLine": line, "startColumn": 1, "endLine": line, "endColumn": 1},
    }
    logical = [{"fullyQualifiedName": flat(name), "kind": "resource"} for name in alert.logical]
    return {"physicalLocation": physical} | ({"logicalLocations": logical} if logical else {})


def _invocation(results: Sequence[GateResult]) -> dict[str, Any]:
    code = worst_exit_code(results)
    mistakes = [flat(f"{result.scope}: {each}") for result in results for each in result.mistakes]
    notifications = [{"level": "error", "message": {"text": mistake}} for mistake in mistakes]
    return {"executionSuccessful": code != BROKEN, "exitCode": code, "toolExecutionNotifications": notifications}
