"""``python3 -m tealform.review.report``, in a workflow that runs after the check.

It reads the event from the file in ``GITHUB_EVENT_PATH`` and the token from ``GH_TOKEN``.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tealform.review.report import artifact, github, publish
from tealform.review.report.artifact import COMMENT, SARIF
from tealform.review.report.github import ReportError, WorkflowRun


def main() -> int:
    """Return 0 if everything is published or there is nothing to report, 1 after an error."""
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    try:
        for line in _report(github.parse_run(event)):
            print(f"::notice::{_escaped(line)}", flush=True)
    except ReportError as error:
        print(f"::error::{_escaped(str(error))}", flush=True)
        return 1
    return 0


def _report(run: WorkflowRun) -> Iterator[str]:
    if run.is_default_branch:
        return (yield from _alerts(run, f"refs/heads/{run.branch}", artifact.fetch(run, "branch")))
    numbers = list(github.find_pull_requests(run))
    if not numbers:
        yield f"no open pull request has {run.commit} as its newest commit; there is nothing to report"
    for number in numbers:
        yield from _pull_request(run, number)


def _pull_request(run: WorkflowRun, number: int) -> Iterator[str]:
    files = artifact.fetch(run, str(number))
    if COMMENT in files:
        done = publish.put_comment(run.repository, number, publish.sanitize(files[COMMENT]))
        yield f"the comment of pull request {number} is {done}"
    else:
        yield f"the check of pull request {number} has left no comment; its log says why"
    yield from _alerts(run, f"refs/pull/{number}/head", files)


def _alerts(run: WorkflowRun, ref: str, files: Mapping[str, bytes]) -> Iterator[str]:
    if SARIF in files:
        yield f"SARIF: {publish.upload_sarif(run.repository, ref, run.commit, files[SARIF])}"
    else:
        yield f"SARIF: there is none for {ref}; its alerts stay as they are"


def _escaped(text: str) -> str:
    """https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts"""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


if __name__ == "__main__":
    sys.exit(main())
