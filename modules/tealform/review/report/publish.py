"""Publishes the comment below a pull request, and the alerts of GitHub's code scanning.

The pull request may have changed what makes the comment, so it may say anything, under the name of the repository's own
bot. Nothing in it may notify anybody, link anywhere or load anything.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Mapping
from typing import Any

from tealform.review.report import github
from tealform.review.report.artifact import MARKER
from tealform.review.report.github import GitHubError, ReportError

_AUTHOR = "github-actions[bot]"

_LONGEST = 65_000
"""Characters of a comment; GitHub takes 65,536."""

_CUT = "\n\n*It is cut here, for it is too long.*\n"
_NOTHING = "\N{ZERO WIDTH SPACE}"

_CONTROL = re.compile(r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# What the comment itself is made of is allowed: see modules/tealform/policy/reports/markdown.py.
_ENTITY = re.compile(r"&(?!#(?:36|38|42|60|62|91|92|93|94|95|96|124|126);)")
_TAG = re.compile(r"<(?!/?(?:details|summary)>)")
_CALLS = re.compile(rf"(?:@|(?<!&)#(?=\w)|:(?=//)|www(?=\.)|\bgh-(?=\d))(?!{_NOTHING})", re.IGNORECASE)
# Links, pictures, formulas, and blocks of code, which may be diagrams and maps.
_MARKUP = re.compile(r"[`~$\[\]\\^_]")

_TOOL = "Tealform"
_LARGEST = 10_000_000
"""Bytes, packed: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning"""

_OFF = ("must be enabled for this repository to use code scanning", "code scanning is not enabled")
"""What GitHub says of a private repository that has not bought it."""


def put_comment(repository: str, number: int, text: str) -> str:
    """Make ``text`` the comment below a pull request, and say what was done: created, updated, or unchanged.

    The comment is the first one that begins with the marker and has GitHub Actions as its author: anybody else can
    write the marker too.
    """
    for each in github.pages(f"repos/{repository}/issues/{number}/comments"):
        if (each.get("user") or {}).get("login") == _AUTHOR and str(each.get("body")).startswith(MARKER):
            if each["body"].strip() == text.strip():
                return "unchanged"
            github.send("PATCH", f"repos/{repository}/issues/comments/{int(each['id'])}", {"body": text})
            return "updated"
    github.send("POST", f"repos/{repository}/issues/{number}/comments", {"body": text})
    return "created"


def sanitize(content: bytes) -> str:
    """Return the comment in ``content`` made safe. Raises ``ReportError`` if its first line is not the marker."""
    first, _, rest = content.decode("utf-8", errors="replace").partition("\n")
    if first != MARKER:
        raise ReportError("comment.md does not begin as the check's comments do")
    text = _CONTROL.sub(" ", rest)
    for pattern, safe in ((_ENTITY, "&amp;"), (_TAG, "&lt;"), (_CALLS, rf"\g<0>{_NOTHING}")):
        text = pattern.sub(safe, text)
    text = _MARKUP.sub(lambda found: f"&#{ord(found[0])};", text)
    if len(text) > _LONGEST:
        text = text[: _LONGEST - len(_CUT)].rpartition("\n")[0] + _CUT
    return f"{MARKER}\n{text}"


def upload_sarif(repository: str, ref: str, commit: str, content: bytes) -> str:
    """Upload SARIF for a commit of a ``ref`` like ``refs/pull/7/head``, and say what was done.

    A repository without code scanning is no error. Raises ``ReportError`` for what is not the check's own SARIF: under
    another tool's name it could close that tool's alerts.
    """
    try:
        names = [_tool(run) for run in json.loads(content)["runs"]]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ReportError("policy.sarif is no SARIF") from error
    if names != [_TOOL]:
        raise ReportError("policy.sarif is not of this check alone")
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


def _tool(run: Mapping[str, Any]) -> str:
    """Return the tool that speaks; empty with extensions or a category, which may be those of another tool."""
    others = run["tool"].keys() - {"driver"} or run.keys() & {"automationDetails"}
    return "" if others else str(run["tool"]["driver"]["name"])
