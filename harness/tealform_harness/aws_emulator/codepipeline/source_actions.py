"""The source actions of CodeCommit, S3 and connections.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html
https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html
https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from moto.codecommit.models import codecommit_backends
from moto.core.exceptions import JsonRESTError
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeKey, s3_backends
from moto.utilities.utils import get_partition

from tealform_harness.aws_emulator.codecommit.backend import SourceControlBackend
from tealform_harness.aws_emulator.codepipeline.action_run import ActionError, ActionRun
from tealform_harness.aws_emulator.connections import OLD_SERVICE, SERVICE, Connection, get_connections
from tealform_harness.aws_emulator.iam import role_allows


def run_codecommit_source(action: ActionRun) -> Iterator[None]:
    """Take the branch's newest commit: its files are the output artifact, its id the revision."""
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


def run_s3_source(action: ActionRun) -> Iterator[None]:
    """Take the version of the object that is asked for, else the newest, which is the output artifact as it is; its version is the revision."""
    bucket, key = action.configuration["S3Bucket"], action.configuration["S3ObjectKey"]
    found = _object(action, bucket, key)
    action.output(bytes(found.value))
    action.revision = str(found.version_id)
    action.summary = f"Amazon S3 version id: {action.revision}"
    action.output_variables = {
        "BucketName": bucket,
        "ETag": found.etag.strip('"'),
        "ObjectKey": key,
        "VersionId": action.revision,
    }
    yield from ()


def _object(action: ActionRun, bucket: str, key: str) -> FakeKey:
    backend = s3_backends[action.account_id][get_partition(action.region)]
    try:
        versioned = backend.get_bucket(bucket).is_versioned
    except S3ClientError as error:
        message = f"The Amazon S3 bucket {bucket} could not be found: {error.message}"
        raise ActionError("ConfigurationError", message) from error
    if not versioned:
        raise ActionError("ConfigurationError", f"The bucket {bucket} must have versioning enabled to be a source")
    found = backend.get_object(bucket, key, action.pinned)
    if found is None:
        raise ActionError("ConfigurationError", f"The object with key '{key}' does not exist in the bucket {bucket}.")
    return found


def run_connection_source(action: ActionRun) -> Iterator[None]:
    """Take the commit that was pushed, else the branch's newest: its files are the output artifact, its id the revision."""
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
        raise ActionError("ConfigurationError", f"[{connection.settings['ProviderType']}] No Branch {wanted}")
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
    if not any(role_allows(role, f"{service}:UseConnection", arn) for service in (SERVICE, OLD_SERVICE)):
        message = f"Unable to use Connection: {arn}. The provided role does not have sufficient permissions."
        raise ActionError("PermissionError", f"[{found.settings['ProviderType']}] {message}")
    if not found.is_available:
        raise ActionError("ConfigurationError", f"Connection {arn} is not available")
    return found
