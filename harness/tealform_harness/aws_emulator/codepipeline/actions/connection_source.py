"""The source action of a connection.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
"""

from __future__ import annotations

from collections.abc import Iterator

from moto.core.exceptions import JsonRESTError

from tealform_harness.aws_emulator.codepipeline.action_run import ActionRun
from tealform_harness.aws_emulator.codepipeline.error import ActionError
from tealform_harness.aws_emulator.connections.backend import OLD_SERVICE, SERVICE, Connection, get_connections
from tealform_harness.aws_emulator.iam_roles import role_allows


def run_connection_source(action: ActionRun) -> Iterator[None]:
    """Takes the commit that was pushed, else the branch's newest: its files are the output artifact, its id the revision."""
    settings = action.configuration
    if settings.get("OutputArtifactFormat", "CODE_ZIP") != "CODE_ZIP":
        raise ActionError(
            "ConfigurationError", f"OutputArtifactFormat {settings['OutputArtifactFormat']} is not emulated"
        )
    connection = _connection(action, settings["ConnectionArn"])
    repository = get_connections(action.account_id, action.region).repository(settings["FullRepositoryId"])
    commit_id = action.pinned or repository.branches.get(settings["BranchName"])
    if commit_id not in repository.commits:
        wanted = f"[{settings['BranchName']}] found for FullRepositoryName [{repository.full_name}]"
        raise ActionError("ConfigurationError", f"[{connection.told['ProviderType']}] No Branch {wanted}")
    commit = repository.commits[commit_id]
    action.output(commit.archive())
    action.revision = action.external_execution_id = commit_id
    action.summary = commit.message or f"Commit {commit_id}"
    branch = next((name for name, tip in repository.branches.items() if tip == commit_id), settings["BranchName"])
    action.output_variables = {
        "AuthorDate": commit.date.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "BranchName": branch,
        "CommitId": commit_id,
        "CommitMessage": commit.message,
        "ConnectionArn": settings["ConnectionArn"],
        "FullRepositoryName": repository.full_name,
    }
    yield from ()


def _connection(action: ActionRun, arn: str) -> Connection:
    """The connection, if there is one that has been completed and that the pipeline's role may use."""
    try:
        found = get_connections(action.account_id, action.region).connection(arn)
    except JsonRESTError as error:
        raise ActionError("ConfigurationError", str(error.message)) from error
    role = action.role()
    if role is None or not any(role_allows(role, f"{service}:UseConnection", arn) for service in (SERVICE, OLD_SERVICE)):
        message = f"Unable to use Connection: {arn}. The provided role does not have sufficient permissions."
        raise ActionError("PermissionError", f"[{found.told['ProviderType']}] {message}")
    if not found.available:
        raise ActionError("ConfigurationError", f"Connection {arn} is not available")
    return found
