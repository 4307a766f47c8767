"""Everything that the policy gate knows, as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tealform.policy.reports import formatting
from tealform.policy.result import GateResult, LocatedFinding
from tealform.policy.waivers import Waiver
from tealform.settings.errors import Location, Problem, dotted

VERSION = 1
"""Goes up when something that a program may read changes its place or its meaning."""


def render(verdicts: Sequence[GateResult]) -> str:
    """The document, with a line break at its end::

        {
          "version": 1,
          "summary": {"exit_code", "environments", "checks", "findings", "waived", "lapsed", "mistakes"},
          "scopes": [{
            "scope": "prod",                        an environment, or artifacts
            "exit_code": 1,                         0 clean, 1 something to do, 2 it could not be judged
            "judged": {"CKV_AWS_7": 1},             how many resources or files each rule judged
            "findings": [{
              "scope", "title", "message", "address", "path", "setting", "file", "line",
              "rule": {"id", "severity", "title", "why", "fix", "link", "setting"}
            }],
            "waived": [{…as a finding…, "waiver": {"resource", "reason", "owner", "until", "file", "line"}}],
            "lapsed": [{"setting", "message", "file", "line"}],
            "mistakes": ["why it could not be judged"]
          }]
        }

    What is not known is an empty text. Files are named from the repository's root.
    """
    document = {"version": VERSION, "summary": _summary(verdicts), "scopes": [_scope(each) for each in verdicts]}
    return json.dumps(document, indent=2) + "\n"


def _summary(verdicts: Sequence[GateResult]) -> dict[str, int]:
    return {
        "exit_code": formatting.exit_code(verdicts),
        "environments": sum(verdict.scope != formatting.ARTIFACTS for verdict in verdicts),
        "checks": sum(verdict.checks for verdict in verdicts),
        "findings": sum(len(verdict.left) for verdict in verdicts),
        "waived": sum(len(verdict.waived) for verdict in verdicts),
        "lapsed": sum(len(verdict.lapsed) for verdict in verdicts),
        "mistakes": sum(len(verdict.mistakes) for verdict in verdicts),
    }


def _scope(verdict: GateResult) -> dict[str, Any]:
    return {
        "scope": verdict.scope,
        "exit_code": verdict.exit_code,
        "judged": dict(sorted(verdict.judged.items())),
        "findings": [_finding(told) for told in formatting.worst_first([verdict])],
        "waived": [_finding(told) | {"waiver": _waiver(waiver)} for told, waiver in verdict.waived],
        "lapsed": [_problem(problem) for problem in formatting.in_order(verdict.lapsed)],
        "mistakes": list(verdict.mistakes),
    }


def _finding(told: LocatedFinding) -> dict[str, Any]:
    found = told.finding
    return {
        "scope": told.scope,
        "title": found.title,
        "message": found.message,
        "address": found.address,
        "path": found.path,
        "setting": told.setting,
        **_place(told.location),
        "rule": asdict(told.rule),
    }


def _waiver(waiver: Waiver) -> dict[str, Any]:
    return {
        "resource": waiver.resource,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "until": waiver.until.isoformat(),
        **_place(waiver.location),
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {"setting": dotted(problem.path), "message": problem.message, **_place(problem.location)}


def _place(location: Location) -> dict[str, Any]:
    return {"file": location.file.as_posix(), "line": location.line}
