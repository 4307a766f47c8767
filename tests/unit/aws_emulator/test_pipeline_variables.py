"""Variables of actions, and where others refer to them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tealform_harness.aws_emulator.archive import pack
from tests.unit.aws_emulator.clients import ACCOUNT, REGION, client, receive, subscribe
from tests.unit.aws_emulator.pipelines import Pipeline, action, bucket

Json = dict[str, Any]

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


@pytest.fixture(autouse=True)
def _sources(aws: None) -> None:
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


def source(name: str) -> Json:
    settings = {"S3Bucket": name, "S3ObjectKey": "a.zip"}
    return action(name, "S3", settings, output=name, category="Source", namespace=name.title())


def approval(**settings: str) -> Json:
    return action("Approve", "Manual", settings)


def build(**settings: str) -> Json:
    return action("Build", "CodeBuild", {"ProjectName": "shop", **settings}, "source extra", namespace="Build")


def stages(*actions: Json) -> list[Json]:
    sources = {"name": "Source", "actions": [source("source"), source("extra")]}
    return [sources, *({"name": each["name"], "actions": [each]} for each in actions)]


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


@pytest.mark.parametrize(
    ("allowed", "message"), [(True, "Topic does not exist"), (False, "not authorized to perform SNS:Publish")]
)
def test_a_topic_that_cannot_be_told_fails_the_approval(allowed: bool, message: str) -> None:
    pipeline = Pipeline(stages=stages(approval(NotificationArn=TOPIC)), may=MAY_PUBLISH if allowed else None)
    assert message in pipeline.failure("Approve")


def test_a_variable_that_nothing_has_set_fails_the_action() -> None:
    pipeline = Pipeline(stages=stages(approval(CustomData="#{Source.Version}")))
    assert "#{Source.Version}" in pipeline.failure("Approve")


def test_the_variables_of_the_pipeline_are_there_for_all() -> None:
    variables = [{"name": "colour", "defaultValue": "blue"}]
    pipeline = Pipeline(stages=stages(approval(CustomData="#{variables.colour}")), variables=variables)
    pipeline.settled()
    assert pipeline.runs()["Approve"]["input"]["resolvedConfiguration"]["CustomData"] == "blue"


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
