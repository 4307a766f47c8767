"""The run of a workflow that has ended, and what it was about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tealform.review.report import github


@dataclass(frozen=True)
class Run:
    """As GitHub tells it: nothing in it comes from what the run has made.

    ``repository`` is the one that holds the workflow, ``head`` the one that the commit comes from, which is another one
    for a fork, and empty if that is gone.
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
        """Whether it was made for a push to the branch that alerts are kept of."""
        return self.event == "push" and self.head == self.repository and self.branch == self.default_branch


def read(event: Mapping[str, Any]) -> Run:
    """The run in the payload of an event ``workflow_run``.

    https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_run
    """
    run, repository = event["workflow_run"], event["repository"]
    return Run(
        id=int(run["id"]),
        event=run["event"],
        repository=repository["full_name"],
        default_branch=repository["default_branch"],
        head=(run.get("head_repository") or {}).get("full_name", ""),
        branch=run.get("head_branch") or "",
        commit=run["head_sha"],
    )


def pull_requests(run: Run) -> Iterator[int]:
    """The numbers of the open pull requests whose newest commit the run was for.

    ``workflow_run.pull_requests`` is empty for those from forks (https://github.com/orgs/community/discussions/25220),
    so they are asked for by their branch, and held against the run.
    """
    if run.event != "pull_request" or not run.head:
        return
    head = quote(f"{run.head.partition('/')[0]}:{run.branch}", safe=":")
    for pull in github.pages(f"repos/{run.repository}/pulls?state=open&head={head}"):
        if _is_of(pull, run):
            yield int(pull["number"])


def _is_of(pull: Mapping[str, Any], run: Run) -> bool:
    head, base = pull["head"], pull["base"]
    source = (head.get("repo") or {}).get("full_name")
    return (
        (source, head["ref"], head["sha"]) == (run.head, run.branch, run.commit)
        and base["repo"]["full_name"] == run.repository
        and pull["state"] == "open"
    )
