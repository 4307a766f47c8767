"""The one comment of the check below a pull request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tealform.review.marker import MARKER
from tealform.review.report import github

_AUTHOR = "github-actions[bot]"


def put(repository: str, number: int, text: str) -> str:
    """Makes ``text`` the comment below a pull request, and says what was done: created, updated, or unchanged.

    The comment is the first one that begins with the marker and was written by GitHub Actions: anybody else can write
    the marker too.
    """
    for each in github.pages(f"repos/{repository}/issues/{number}/comments"):
        if _is_ours(each):
            if each["body"].strip() == text.strip():
                return "unchanged"
            github.send("PATCH", f"repos/{repository}/issues/comments/{int(each['id'])}", {"body": text})
            return "updated"
    github.send("POST", f"repos/{repository}/issues/{number}/comments", {"body": text})
    return "created"


def _is_ours(comment: Mapping[str, Any]) -> bool:
    return (comment.get("user") or {}).get("login") == _AUTHOR and str(comment.get("body")).startswith(MARKER)
