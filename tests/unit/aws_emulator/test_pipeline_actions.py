"""Actions of a pipeline: S3 as its source and its target, approvals, and variables that others refer to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tealform_harness.aws_emulator.archive import pack
from tests.unit.aws_emulator.clients import ACCOUNT, REGION, client, listen, receive, role, subscribe
from tests.unit.aws_emulator.pipelines import Pipeline, action, bucket

pytestmark = pytest.mark.usefixtures("aws")

Json = dict[str, Any]

ARN = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:release"
ZIP = pack({"a": b"one", "folder/b": b"two"})


def source(key: str = "release.zip") -> Json:
    settings = {"S3Bucket": "source", "S3ObjectKey": key, "PollForSourceChanges": "false"}
    return action("Source", "S3", settings, output="source", category="Source", namespace="Source")


def deploy(**settings: str) -> Json:
    return action("Deploy", "S3", {"BucketName": "target", **settings}, "source")


def put(key: str = "release.zip", content: bytes = ZIP) -> Json:
    return dict(client("s3").put_object(Bucket="source", Key=key, Body=content))


def start_by_object() -> None:
    statement = {"Effect": "Allow", "Action": "codepipeline:StartPipelineExecution", "Resource": ARN}
    detail = {"bucket": {"name": ["source"]}, "object": {"key": ["release.zip"]}}
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}
    client("events").put_rule(Name="put", EventPattern=json.dumps(pattern))
    target = {"Id": "pipeline", "Arn": ARN, "RoleArn": role("put", "events.amazonaws.com", statement)}
    client("events").put_targets(Rule="put", Targets=[target])


def test_the_newest_version_of_the_object_is_released() -> None:
    bucket("source")
    bucket("target")
    put(content=b"old")
    newest = put()
    pipeline = Pipeline(source(), deploy(Extract="false", ObjectKey="handed/over.zip"))

    execution = pipeline.settled()

    assert execution["status"] == "Succeeded"
    assert [each["revisionId"] for each in execution["sourceRevisions"]] == [newest["VersionId"]]
    assert pipeline.runs()["Source"]["output"]["outputVariables"] == {
        "BucketName": "source",
        "ETag": newest["ETag"].strip('"'),
        "ObjectKey": "release.zip",
        "VersionId": newest["VersionId"],
    }
    assert client("s3").get_object(Bucket="target", Key="handed/over.zip")["Body"].read() == ZIP


@pytest.mark.parametrize(("folder", "keys"), [({}, ["a", "folder/b"]), ({"ObjectKey": "x/"}, ["x/a", "x/folder/b"])])
def test_a_zip_is_deployed_as_the_files_in_it(folder: dict[str, str], keys: list[str]) -> None:
    bucket("source")
    bucket("target")
    put()

    Pipeline(source(), deploy(Extract="true", **folder)).settled()

    assert [each["Key"] for each in client("s3").list_objects_v2(Bucket="target")["Contents"]] == keys
    assert client("s3").get_object(Bucket="target", Key=keys[0])["Body"].read() == b"one"


@pytest.mark.parametrize(
    ("versioned", "key", "message"),
    [
        (None, "release.zip", "bucket source could not be found"),
        (False, "release.zip", "bucket source must have versioning enabled"),
        (True, "other.zip", "The object with key 'other.zip' does not exist"),
    ],
)
def test_a_source_that_is_not_there_fails(versioned: bool | None, key: str, message: str) -> None:
    if versioned is not None:
        bucket("source", versioned)
        put()
    assert message in Pipeline(source(key), deploy(Extract="true")).failure("Source")


@pytest.mark.parametrize(
    ("content", "message"), [(ZIP, "Error putting a into the bucket target"), (b"text", "source is no ZIP file")]
)
def test_what_cannot_be_deployed_fails(content: bytes, message: str) -> None:
    bucket("source")
    put(content=content)
    assert message in Pipeline(source(), deploy(Extract="true")).failure("Deploy")


def test_a_zip_as_it_is_needs_a_key() -> None:
    with pytest.raises(ClientError, match="'Deploy' is missing required configuration 'ObjectKey'"):
        Pipeline(source(), deploy(Extract="false"))


def test_an_object_starts_the_pipeline_by_its_event() -> None:
    bucket("source", event_bridge=True)
    bucket("target")
    put()
    pipeline = Pipeline(source(), deploy(Extract="true"))
    start_by_object()

    put("other.zip")
    assert len(pipeline.executions()) == 1
    put()
    assert [each["trigger"]["triggerType"] for each in pipeline.executions()] == ["CloudWatchEvent", "CreatePipeline"]


def test_an_event_tells_of_the_object() -> None:
    bucket("source", event_bridge=True)
    events = listen(source=["aws.s3"])

    made = put()

    (event,) = events()
    assert (event["detail-type"], event["resources"]) == ("Object Created", ["arn:aws:s3:::source"])
    detail = event["detail"]
    assert (detail["bucket"], detail["reason"]) == ({"name": "source"}, "PutObject")
    del detail["object"]["sequencer"]
    assert detail["object"] == {
        "key": "release.zip",
        "size": len(ZIP),
        "etag": made["ETag"].strip('"'),
        "version-id": made["VersionId"],
    }


def test_a_bucket_that_is_not_told_to_reports_nothing() -> None:
    bucket("source")
    put()
    pipeline = Pipeline(source(), deploy(Extract="true"))
    start_by_object()
    put()
    assert len(pipeline.executions()) == 1


# Variables and approvals

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:approvals"
MAY_PUBLISH = {"Effect": "Allow", "Action": "sns:Publish", "Resource": TOPIC}
BUILDSPEC = """
version: 0.2
env:
  exported-variables: [DIGEST, UNSET]
phases:
  build:
    commands:
      - export DIGEST="sha256:$(cat "$CODEBUILD_SRC_DIR_extra/number")"
"""


@pytest.fixture
def sources(aws: None) -> None:
    for name, files in (("source", {"ci/build.yml": BUILDSPEC.encode()}), ("extra", {"number": b"7"})):
        bucket(name)
        client("s3").put_object(Bucket=name, Key="a.zip", Body=pack(files))
    client("codebuild").create_project(
        name="shop",
        serviceRole=f"arn:aws:iam::{ACCOUNT}:role/build",
        source={"type": "CODEPIPELINE", "buildspec": "ci/build.yml"},
        artifacts={"type": "CODEPIPELINE"},
        environment={"type": "LINUX_CONTAINER", "image": "x", "computeType": "BUILD_GENERAL1_SMALL"},
    )


def s3_source(name: str) -> Json:
    settings = {"S3Bucket": name, "S3ObjectKey": "a.zip"}
    return action(name, "S3", settings, output=name, category="Source", namespace=name.title())


def approval(**settings: str) -> Json:
    return action("Approve", "Manual", settings)


def build(**settings: str) -> Json:
    return action("Build", "CodeBuild", {"ProjectName": "shop", **settings}, "source extra", namespace="Build")


def stages(*actions: Json) -> list[Json]:
    sources = {"name": "Source", "actions": [s3_source("source"), s3_source("extra")]}
    return [sources, *({"name": each["name"], "actions": [each]} for each in actions)]


@pytest.mark.usefixtures("sources")
def test_an_approval_shows_what_the_build_exported_of_several_sources() -> None:
    text = {
        "CustomData": "Release #{Build.DIGEST}#{Build.UNSET} of #{Source.ObjectKey}",
        "ExternalEntityLink": "https://x/#{Build.DIGEST}",
    }
    pipeline = Pipeline(stages=stages(build(PrimarySource="source"), approval(**text)))

    pipeline.settled()

    runs = pipeline.runs()
    assert runs["Build"]["output"]["outputVariables"] == {"DIGEST": "sha256:7", "UNSET": ""}
    assert runs["Build"]["input"]["namespace"] == "Build"
    assert runs["Approve"]["input"]["configuration"] == text
    assert runs["Approve"]["input"]["resolvedConfiguration"] == {
        "CustomData": "Release sha256:7 of a.zip",
        "ExternalEntityLink": "https://x/sha256:7",
    }
    (state,) = pipeline.stage("Build")["actionStates"]
    assert "/aws/codebuild/shop" in state["latestExecution"]["externalExecutionUrl"].replace("%2F", "/")


@pytest.mark.usefixtures("sources")
def test_who_approves_hears_of_it_by_the_topic() -> None:
    queue = subscribe(TOPIC)
    asked = approval(NotificationArn=TOPIC, CustomData="#{codepipeline.PipelineExecutionId}")
    pipeline = Pipeline(stages=stages(asked), may=MAY_PUBLISH)

    execution = pipeline.settled()["pipelineExecutionId"]

    (message,) = receive(queue)
    told = json.loads(message["Message"])["approval"]
    (state,) = pipeline.stage("Approve")["actionStates"]
    assert told["customData"] == execution
    assert told["token"] == state["latestExecution"]["token"]
    assert (told["pipelineName"], told["stageName"], told["actionName"]) == ("release", "Approve", "Approve")


@pytest.mark.usefixtures("sources")
@pytest.mark.parametrize(
    ("allowed", "message"), [(True, "Topic does not exist"), (False, "not authorized to perform SNS:Publish")]
)
def test_a_topic_that_cannot_be_told_fails_the_approval(allowed: bool, message: str) -> None:
    pipeline = Pipeline(stages=stages(approval(NotificationArn=TOPIC)), may=MAY_PUBLISH if allowed else None)
    assert message in pipeline.failure("Approve")


@pytest.mark.usefixtures("sources")
def test_a_variable_that_nothing_has_set_fails_the_action() -> None:
    pipeline = Pipeline(stages=stages(approval(CustomData="#{Source.Version}")))
    assert "#{Source.Version}" in pipeline.failure("Approve")


@pytest.mark.usefixtures("sources")
def test_the_variables_of_the_pipeline_are_there_for_all() -> None:
    variables = [{"name": "colour", "defaultValue": "blue"}]
    pipeline = Pipeline(stages=stages(approval(CustomData="#{variables.colour}")), variables=variables)
    pipeline.settled()
    assert pipeline.runs()["Approve"]["input"]["resolvedConfiguration"]["CustomData"] == "blue"


@pytest.mark.usefixtures("sources")
@pytest.mark.parametrize(
    ("actions", "message"),
    [
        ([approval(CustomData="#{Build.DIGEST}")], "referencing a namespace that does not exist. StageName=.Approve"),
        ([approval(CustomData="#{Build.DIGEST}"), build(PrimarySource="source")], "namespace that does not exist"),
        ([{**build(PrimarySource="source"), "namespace": "Source"}], "Namespace names must be unique"),
        ([build()], "must name one of its input artifacts as PrimarySource"),
        ([build(PrimarySource="other")], "must name one of its input artifacts as PrimarySource"),
    ],
)
def test_what_refers_to_nothing_is_refused(actions: list[Json], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        Pipeline(stages=stages(*actions))
