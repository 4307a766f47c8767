"""All results of the policy gate as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tealform.policy.reports import formatting
from tealform.policy.result import GateResult, LocatedFinding, worst_exit_code
from tealform.policy.waivers import Waiver
from tealform.settings.errors import Location, Problem, dotted

VERSION = 1
"""Increases when a field that programs may read changes its place or meaning."""


def render(results: Sequence[GateResult]) -> str:
    """Render the document, with a line break at its end::

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
    document = {
        "version": VERSION,
        "summary": {"exit_code": worst_exit_code(results), **formatting.totals(results)},
        "scopes": [_scope(each) for each in results],
    }
    return json.dumps(document, indent=2) + "\n"


def _scope(result: GateResult) -> dict[str, Any]:
    return {
        "scope": result.scope,
        "exit_code": result.exit_code,
        "judged": dict(sorted(result.judged.items())),
        "findings": [render_finding(located) for located in formatting.worst_first([result])],
        "waived": [render_finding(located) | {"waiver": _waiver(waiver)} for located, waiver in result.waived],
        "lapsed": [_problem(problem) for problem in formatting.in_order(result.lapsed)],
        "mistakes": list(result.mistakes),
    }


def render_finding(located: LocatedFinding) -> dict[str, Any]:
    """Return one finding as an object of the document."""
    found = located.finding
    return {
        "scope": located.scope,
        "title": found.title,
        "message": found.message,
        "address": found.address,
        "path": found.path,
        "setting": located.setting,
        **_place(located.location),
        "rule": asdict(located.rule),
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
