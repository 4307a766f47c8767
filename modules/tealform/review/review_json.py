"""The review of a pull request as a JSON document for programs."""

from __future__ import annotations

from typing import Any

from tealform.policy.reports import json_report
from tealform.review.environment_diff import Compared
from tealform.review.review import Review

VERSION = 1
"""Increases when a field that programs may read changes its place or meaning."""


def render(review: Review) -> dict[str, Any]:
    """Return the document::

    {
      "version": 1,
      "exit_code": 1,                          0 no findings, 1 findings or outdated files, 2 not checked
      "base": {"name", "commit"},              null if the base could not be found
      "errors": ["why something could not be checked"],
      "outdated": ["environments/dev/cdk.tf.json"],
      "risks": ["dev: …"],
      "findings": {"new": [{…}], "before": [{…}], "gone": [{…}]},     as in the report of the policy gate
      "environments": [{
        "name", "fate", "was", "unknown",
        "changes": [{"action", "address", "path", "arguments"}]
      }]
    }
    """
    found = review.findings
    return {
        "version": VERSION,
        "exit_code": review.exit_code,
        "base": {"name": review.base.name, "commit": review.base.commit} if review.base else None,
        "errors": list(review.broken),
        "outdated": list(review.synth.changed),
        "risks": list(review.risks),
        "findings": {
            "new": [json_report.render_finding(each) for each in found.new],
            "before": [json_report.render_finding(each) for each in found.before],
            "gone": [json_report.render_finding(each) for each in found.gone],
        },
        "environments": [_environment(each) for each in review.compared],
    }


def _environment(compared: Compared) -> dict[str, Any]:
    return {
        "name": compared.name,
        "fate": compared.fate,
        "was": compared.was,
        "unknown": compared.unknown,
        "changes": [
            {
                "action": each.action,
                "address": each.address,
                "path": each.path,
                "arguments": list(each.arguments),
            }
            for each in compared.changes
        ],
    }
