"""The actions of a pipeline by provider, and those of manual approval, CodeBuild and S3.

The ``run_…`` function of an action yields where it waits; the next ``next`` resumes it. It raises ActionError if it fails.
https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html
https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3Deploy.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import cast
from zipfile import BadZipFile

from moto.codebuild.models import codebuild_backends
from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.utilities.utils import get_partition

from tealform_harness.aws_emulator import notifications
from tealform_harness.aws_emulator.archive import unpack
from tealform_harness.aws_emulator.codebuild.backend import BuildBackend
from tealform_harness.aws_emulator.codebuild.build import Build
from tealform_harness.aws_emulator.codepipeline.action_run import ActionError, ActionRun, new_id
from tealform_harness.aws_emulator.codepipeline.codedeploy_action import run_codedeploy
from tealform_harness.aws_emulator.codepipeline.source_actions import (
    run_codecommit_source,
    run_connection_source,
    run_s3_source,
)
from tealform_harness.aws_emulator.iam import role_allows

_PATIENCE_MINUTES = 7 * 24 * 60


def run_approval(action: ActionRun) -> Iterator[None]:
    """Wait for somebody who has the token; a rejection fails the action, and so does silence: seven days of it by default.

    Who is to be asked hears of it by the topic.
    """
    action.token = new_id()
    _notify(action, "needed", "STARTED")
    if topic := action.configuration.get("NotificationArn"):
        _ask(action, topic)
    while action.verdict is None:
        if utcnow() > _end(action):
            raise ActionError("JobFailed", f"The approval action timed out at {_end(action):%Y-%m-%dT%H:%MZ}")
        yield
    action.summary = action.verdict["summary"]
    approved = action.verdict["status"] == "Approved"
    _notify(action, *(("succeeded", "SUCCEEDED") if approved else ("failed", "FAILED")))
    if not approved:
        raise ActionError("JobFailed", f"Rejected: {action.summary}")


def _notify(action: ActionRun, event: str, state: str) -> None:
    assert action.place
    detail = {"pipeline": action.place.pipeline["name"], "stage": action.place.stage, "action": action.name}
    kind = "CodePipeline Action Execution State Change"
    notifications.notify_pipeline_event(
        action.account_id, action.region, f"manual-approval-{event}", kind, {**detail, "state": state}
    )


def _end(action: ActionRun) -> datetime:
    minutes = action.declaration.get("timeoutInMinutes") or _PATIENCE_MINUTES
    return action.start_time + timedelta(minutes=int(minutes))


def _ask(action: ActionRun, topic: str) -> None:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-json-format.html."""
    assert action.place
    pipeline, stage = action.place.pipeline, action.place.stage
    role = action.role()
    if not role_allows(role, "sns:Publish", topic):
        message = f"The role {action.role_arn} is not authorized to perform SNS:Publish on resource: {topic}"
        raise ActionError("PermissionError", message)
    console = f"https://console.aws.amazon.com/codepipeline/home?region={action.region}#/view/{pipeline['name']}"
    asked = {
        "pipelineName": pipeline["name"],
        "stageName": stage,
        "actionName": action.name,
        "token": action.token,
        "expires": f"{_end(action):%Y-%m-%dT%H:%MZ}",
        "externalEntityLink": action.configuration.get("ExternalEntityLink"),
        "approvalReviewLink": f"{console}/{stage}/{action.name}/approve/{action.token}",
        "customData": action.configuration.get("CustomData"),
    }
    text = json.dumps({"region": action.region, "consoleLink": console, "approval": asked})
    subject = f"APPROVAL NEEDED: AWS CodePipeline {pipeline['name']} for action {action.name}"
    sns = sns_backends[topic.split(":")[4]][topic.split(":")[3]]
    if topic not in sns.topics:
        raise ActionError("ConfigurationError", f"Topic does not exist: {topic}")
    sns.publish(text, arn=topic, subject=subject[:100])


_LAST_LINES = 20


def run_build(action: ActionRun) -> Iterator[None]:
    """Build the input artifact; what the build exports is the output artifact."""
    build = _build(action)
    action.external_execution_id = build.metadata["id"]
    action.external_execution_url = build.metadata.get("logs", {}).get("deepLink")
    action.output_variables = dict(build.exported)
    if not build.succeeded:
        log = "\n".join(build.output.splitlines()[-_LAST_LINES:])
        raise ActionError("JobFailed", f"Build terminated with state: FAILED\n{log}")
    if action.declaration.get("outputArtifacts"):
        if build.artifact is None:
            raise ActionError("JobFailed", "Build terminated with state: FAILED\nIt exported no artifact")
        action.output(build.artifact)
    yield from ()


def _build(action: ActionRun) -> Build:
    settings = action.configuration
    names = [artifact.name for artifact in action.inputs()]
    primary = settings.get("PrimarySource") or names[0]
    variables = json.loads(settings.get("EnvironmentVariables") or "[]")
    backend = cast(BuildBackend, codebuild_backends[action.account_id][action.region])
    source = action.input(primary)
    others = {name: action.input(name) for name in names if name != primary}
    try:
        return backend.run_build(settings["ProjectName"], source, action.source_revision or "", variables, others)
    except JsonRESTError as error:
        raise ActionError("JobFailed", f"Error calling startBuild: {error.message}") from error


def run_s3_deploy(action: ActionRun) -> Iterator[None]:
    """Put the input artifact into a bucket: as the ZIP that it is, or the files in it."""
    settings = action.configuration
    backend = s3_backends[action.account_id][get_partition(action.region)]
    key = settings.get("KMSEncryptionKeyARN")
    for path, content in _objects(action, settings).items():
        try:
            backend.put_object(
                settings["BucketName"], path, content, encryption="aws:kms" if key else None, kms_key_id=key
            )
        except S3ClientError as error:
            message = f"Error putting {path} into the bucket {settings['BucketName']}: {error.message}"
            raise ActionError("ConfigurationError", message) from error
    action.summary = "Deployment Succeeded"
    yield from ()


def _objects(action: ActionRun, settings: Mapping[str, str]) -> Mapping[str, bytes]:
    """The contents by the keys of the objects."""
    (artifact,) = action.inputs()
    archive = action.input(artifact.name)
    if settings["Extract"] == "false":
        return {settings["ObjectKey"]: archive}
    folder = settings.get("ObjectKey", "").strip("/")
    try:
        return {f"{folder}/{path}".lstrip("/"): content for path, content in unpack(archive).items()}
    except BadZipFile as error:
        raise ActionError("JobFailed", f"The artifact {artifact.name} is no ZIP file: {error}") from error


_RUNS: Mapping[tuple[str, str], Callable[[ActionRun], Iterator[None]]] = {
    ("Source", "CodeCommit"): run_codecommit_source,
    ("Source", "S3"): run_s3_source,
    ("Source", "CodeStarSourceConnection"): run_connection_source,
    ("Build", "CodeBuild"): run_build,
    ("Test", "CodeBuild"): run_build,
    ("Approval", "Manual"): run_approval,
    ("Deploy", "CodeDeployToECS"): run_codedeploy,
    ("Deploy", "S3"): run_s3_deploy,
}


def start_action(run: ActionRun) -> None:
    """Give ``run`` its work; it begins with the next step."""
    run.work = _work(run)


def _work(run: ActionRun) -> Iterator[None]:
    run.resolve()
    kind = run.declaration["actionTypeId"]
    yield from _RUNS.get((kind["category"], kind["provider"]), _unknown)(run)


def _unknown(run: ActionRun) -> Iterator[None]:
    yield from ()
    raise ActionError("JobFailed", f"Actions of {run.declaration['actionTypeId']['provider']} are not emulated")
