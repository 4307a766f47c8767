"""The alerts of GitHub's code scanning."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

from tealform.review.report import github
from tealform.review.report.error import ReportError
from tealform.review.report.github import GitHubError

_TOOL = "Tealform"
_LARGEST = 10_000_000
"""Bytes, packed: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning"""

_OFF = ("must be enabled for this repository to use code scanning", "code scanning is not enabled")
"""What GitHub says of a private repository that has not bought it."""


def upload(repository: str, ref: str, commit: str, content: bytes) -> str:
    """Uploads SARIF for a commit of a ``ref`` like ``refs/pull/7/head``, and says what was done.

    A repository without code scanning is no mistake. Raises ``ReportError`` for what is not the check's own SARIF: in
    another tool's name it could close that one's alerts.
    """
    _check(content)
    packed = gzip.compress(content, mtime=0)
    if len(packed) > _LARGEST:
        raise ReportError(f"policy.sarif has {len(packed)} bytes, packed; GitHub takes {_LARGEST}")
    body = {"commit_sha": commit, "ref": ref, "sarif": base64.b64encode(packed).decode()}
    try:
        github.send("POST", f"repos/{repository}/code-scanning/sarifs", body)
    except GitHubError as error:
        if error.status in (403, 404) and any(off in str(error).lower() for off in _OFF):
            return "not uploaded, for code scanning is not enabled in this repository"
        raise
    return f"uploaded for {ref}"


def _check(content: bytes) -> None:
    try:
        names = [_tool(run) for run in json.loads(content)["runs"]]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ReportError("policy.sarif is no SARIF") from error
    if names != [_TOOL]:
        raise ReportError("policy.sarif is not of this check alone")


def _tool(run: dict[str, Any]) -> str:
    """Who speaks; extensions and a category of its own would be somebody else's word."""
    others = run["tool"].keys() - {"driver"} or run.keys() & {"automationDetails"}
    return "" if others else str(run["tool"]["driver"]["name"])
