"""``python3 -m tealform.review.report``, in a workflow that runs when the check has ended.

It takes the event from the file in ``GITHUB_EVENT_PATH`` and the token from ``GH_TOKEN``.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tealform.review.report import artifact, code_scanning, comments, run, sanitize
from tealform.review.report.artifact import COMMENT, SARIF
from tealform.review.report.error import ReportError
from tealform.review.report.run import Run


def main() -> int:
    """0 if everything is where it belongs, or there is nothing to report; 1 if something went wrong."""
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    try:
        for line in _report(run.read(event)):
            print(f"::notice::{_escaped(line)}", flush=True)
    except ReportError as error:
        print(f"::error::{_escaped(str(error))}", flush=True)
        return 1
    return 0


def _report(ended: Run) -> Iterator[str]:
    if ended.is_default_branch:
        return (yield from _alerts(ended, f"refs/heads/{ended.branch}", artifact.fetch(ended, "branch")))
    numbers = list(run.pull_requests(ended))
    if not numbers:
        yield f"no open pull request has {ended.commit} as its newest commit; there is nothing to report"
    for number in numbers:
        yield from _pull_request(ended, number)


def _pull_request(ended: Run, number: int) -> Iterator[str]:
    files = artifact.fetch(ended, str(number))
    if COMMENT in files:
        done = comments.put(ended.repository, number, sanitize.comment(files[COMMENT]))
        yield f"the comment of pull request {number} is {done}"
    else:
        yield f"the check of pull request {number} has left no comment; its log says why"
    yield from _alerts(ended, f"refs/pull/{number}/head", files)


def _alerts(ended: Run, ref: str, files: Mapping[str, bytes]) -> Iterator[str]:
    if SARIF in files:
        yield f"SARIF: {code_scanning.upload(ended.repository, ref, ended.commit, files[SARIF])}"
    else:
        yield f"SARIF: there is none for {ref}; its alerts stay as they are"


def _escaped(text: str) -> str:
    """https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts"""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


if __name__ == "__main__":
    sys.exit(main())
