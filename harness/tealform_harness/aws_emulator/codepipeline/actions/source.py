"""The source action of CodeCommit.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from moto.codecommit.models import codecommit_backends
from moto.core.exceptions import JsonRESTError

from tealform_harness.aws_emulator.codecommit.backend import SourceControlBackend
from tealform_harness.aws_emulator.codepipeline.action_run import ActionRun
from tealform_harness.aws_emulator.codepipeline.error import ActionError


def run_codecommit_source(action: ActionRun) -> Iterator[None]:
    """Takes the branch's newest commit: its files are the output artifact, its id the revision."""
    repository, branch = action.configuration["RepositoryName"], action.configuration["BranchName"]
    backend = cast(SourceControlBackend, codecommit_backends[action.account_id][action.region])
    try:
        commit_id, archive = backend.source(repository, branch)
        commit = backend.repository(repository).history.commits[commit_id]
    except JsonRESTError as error:
        raise ActionError("ConfigurationError", _refusal(repository, branch, error)) from error
    action.output(archive)
    action.revision = action.external_execution_id = commit_id
    action.summary = commit.message or f"Commit {commit_id}"
    date = commit.date.strftime("%Y-%m-%dT%H:%M:%SZ")
    action.output_variables = {
        "AuthorDate": date,
        "BranchName": branch,
        "CommitId": commit_id,
        "CommitMessage": commit.message,
        "CommitterDate": date,
        "RepositoryName": repository,
    }
    yield from ()


def _refusal(repository: str, branch: str, error: JsonRESTError) -> str:
    missing = f"no branch named {branch} was found in the selected AWS CodeCommit repository {repository}"
    if error.error_type == "RepositoryDoesNotExistException":
        missing = f"no AWS CodeCommit repository named {repository} was found"
    return f"The action failed because {missing}. Make sure you are using the correct name, and then try again."
