"""S3 as the source of a pipeline, and as what it deploys to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tealform_harness.aws_emulator.archive import pack
from tests.unit.aws_emulator.clients import ACCOUNT, REGION, client, listen, role
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
