"""GitHub's API by way of ``gh``, which GitHub's runners have, and the workflow run that a report is about."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

_PAGE = 100
_STATUS = re.compile(r"\(HTTP (\d{3})\)")


class ReportError(Exception):
    """A reason why there is no report, in a line."""


class GitHubError(ReportError):
    """GitHub refused; ``status`` is HTTP's, 0 if there is none."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        found = _STATUS.search(message)
        self.status = int(found[1]) if found else 0


@dataclass(frozen=True)
class WorkflowRun:
    """A run according to GitHub: nothing in it comes from what the run made.

    ``repository`` has the workflow. ``head`` is the repository of the commit: another one for a fork, empty if deleted.
    """

    id: int
    event: str
    repository: str
    default_branch: str
    head: str
    branch: str
    commit: str

    @property
    def is_default_branch(self) -> bool:
        """Whether it ran for a push to the branch that has alerts."""
        return self.event == "push" and self.head == self.repository and self.branch == self.default_branch


def parse_run(event: Mapping[str, Any]) -> WorkflowRun:
    """Return the run in the payload of an event ``workflow_run``.

    https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_run
    """
    run, repository = event["workflow_run"], event["repository"]
    return WorkflowRun(
        id=int(run["id"]),
        event=run["event"],
        repository=repository["full_name"],
        default_branch=repository["default_branch"],
        head=(run.get("head_repository") or {}).get("full_name", ""),
        branch=run.get("head_branch") or "",
        commit=run["head_sha"],
    )


def find_pull_requests(run: WorkflowRun) -> Iterator[int]:
    """Yield the numbers of the open pull requests whose newest commit the run was for.

    ``workflow_run.pull_requests`` is empty for forks (https://github.com/orgs/community/discussions/25220). So this asks
    for those of the branch and compares them with the run.
    """
    if run.event != "pull_request" or not run.head:
        return
    owner = quote(f"{run.head.partition('/')[0]}:{run.branch}", safe=":")
    for pull in pages(f"repos/{run.repository}/pulls?state=open&head={owner}"):
        head, base = pull["head"], pull["base"]
        source = (head.get("repo") or {}).get("full_name")
        if (
            (source, head["ref"], head["sha"]) == (run.head, run.branch, run.commit)
            and base["repo"]["full_name"] == run.repository
            and pull["state"] == "open"
        ):
            yield int(pull["number"])


def pages(path: str, key: str = "") -> Iterator[dict[str, Any]]:
    """Yield all entries of a list, page by page; ``key`` is the name of the list inside of an object."""
    for number in range(1, 1_000):
        found = _parse(download(f"{path}{'&' if '?' in path else '?'}per_page={_PAGE}&page={number}"))
        entries = found[key] if key else found
        yield from entries
        if len(entries) < _PAGE:
            return


def send(method: str, path: str, body: dict[str, Any]) -> Any:
    """Send ``body`` and return the answer. Raises ``GitHubError``."""
    return _parse(download("--method", method, path, "--input", "-", body=json.dumps(body).encode()))


def download(*arguments: str, body: bytes = b"") -> bytes:
    """Return the bytes at a path like ``repos/acme/shop/pulls/7``. Raises ``GitHubError``."""
    try:
        done = subprocess.run(["gh", "api", *arguments], input=body, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise ReportError("gh is not installed; GitHub's own runners have it") from error
    if done.returncode:
        raise GitHubError(done.stderr.decode(errors="replace").strip())
    return done.stdout


def _parse(answer: bytes) -> Any:
    try:
        return json.loads(answer or b"null")
    except ValueError as error:
        raise ReportError("GitHub's answer is no JSON") from error
