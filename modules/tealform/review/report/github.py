"""GitHub's API, asked by way of ``gh``, which GitHub's runners have."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

from tealform.review.report.error import ReportError

_PAGE = 100
_STATUS = re.compile(r"\(HTTP (\d{3})\)")


class GitHubError(ReportError):
    """GitHub said no; ``status`` is HTTP's, 0 if it said nothing."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        found = _STATUS.search(said)
        self.status = int(found[1]) if found else 0


def get(path: str) -> Any:
    """What is at ``path``, like ``repos/acme/shop/pulls/7``; raises ``GitHubError``."""
    return _read(_api(path))


def pages(path: str, key: str = "") -> Iterator[dict[str, Any]]:
    """All entries of a list, page by page; ``key`` is the name of the list where it is inside of an object."""
    for number in range(1, 1_000):
        found = get(f"{path}{'&' if '?' in path else '?'}per_page={_PAGE}&page={number}")
        entries = found[key] if key else found
        yield from entries
        if len(entries) < _PAGE:
            return


def download(path: str) -> bytes:
    """The bytes at ``path``; raises ``GitHubError``."""
    return _api(path)


def send(method: str, path: str, body: dict[str, Any]) -> Any:
    """Sends ``body`` and returns the answer; raises ``GitHubError``."""
    return _read(_api("--method", method, path, "--input", "-", body=json.dumps(body).encode()))


def _api(*arguments: str, body: bytes = b"") -> bytes:
    try:
        done = subprocess.run(["gh", "api", *arguments], input=body, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise ReportError("gh is not installed; GitHub's own runners have it") from error
    if done.returncode:
        raise GitHubError(done.stderr.decode(errors="replace").strip())
    return done.stdout


def _read(answer: bytes) -> Any:
    try:
        return json.loads(answer or b"null")
    except ValueError as error:
        raise ReportError("GitHub's answer is no JSON") from error
