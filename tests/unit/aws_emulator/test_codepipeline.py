"""What a pipeline must be like, and how it is told."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.aws_emulator.clients import client, role
from tests.unit.aws_emulator.pipelines import pipeline

Json = dict[str, Any]


def create(**changes: Any) -> Json:
    asked = {**pipeline(role("pipeline", "codepipeline.amazonaws.com")), **changes}
    client("codepipeline").create_pipeline(pipeline=asked, tags=[{"key": "owner", "value": "web-team"}])
    return asked


@pytest.mark.usefixtures("shop")
def test_a_pipeline_tells_what_it_was_created_with() -> None:
    asked = create()
    told = client("codepipeline").get_pipeline(name="web")
    assert told["pipeline"] == {**asked, "version": 1}
    assert isinstance(told["metadata"]["created"], datetime)
    tags = client("codepipeline").list_tags_for_resource(resourceArn=told["metadata"]["pipelineArn"])["tags"]
    assert tags == [{"key": "owner", "value": "web-team"}]
    assert client("codepipeline").list_webhooks()["webhooks"] == []


@pytest.mark.usefixtures("shop")
def test_an_update_is_the_next_version() -> None:
    asked = create()
    updated = client("codepipeline").update_pipeline(pipeline={**asked, "executionMode": "SUPERSEDED"})["pipeline"]
    assert updated == {**asked, "executionMode": "SUPERSEDED", "version": 2}


@pytest.mark.usefixtures("shop")
def test_a_pipeline_is_of_the_first_type_unless_told_otherwise() -> None:
    asked = pipeline(role("pipeline", "codepipeline.amazonaws.com"))
    for name in ("pipelineType", "executionMode", "variables"):
        del asked[name]
    client("codepipeline").create_pipeline(pipeline=asked)
    told = client("codepipeline").get_pipeline(name="web")["pipeline"]
    assert (told["pipelineType"], told["executionMode"]) == ("V1", "SUPERSEDED")


def unproduced(asked: Json) -> None:
    asked["stages"][3]["actions"][0]["inputArtifacts"] = [{"name": "other"}]


def produced_later(asked: Json) -> None:
    asked["stages"][1]["actions"][0]["inputArtifacts"] = [{"name": "build"}]


def produced_twice(asked: Json) -> None:
    asked["stages"][1]["actions"][0]["outputArtifacts"] = [{"name": "source"}]


def stage_named_twice(asked: Json) -> None:
    asked["stages"][2]["name"] = "Build"


def action_named_twice(asked: Json) -> None:
    asked["stages"][2]["actions"] *= 2


def build_first(asked: Json) -> None:
    asked["stages"][0]["actions"].append(asked["stages"][1]["actions"][0])


def source_later(asked: Json) -> None:
    asked["stages"][2]["actions"].append(deepcopy(asked["stages"][0]["actions"][0]))


def one_stage(asked: Json) -> None:
    del asked["stages"][1:]


def variables_in_the_first_type(asked: Json) -> None:
    asked["pipelineType"] = "V1"


def blank_in_a_name(asked: Json) -> None:
    asked["stages"][1]["name"] = "Build it"


def unknown_provider(asked: Json) -> None:
    asked["stages"][1]["actions"][0]["actionTypeId"]["provider"] = "Docker"


def missing_configuration(asked: Json) -> None:
    del asked["stages"][3]["actions"][0]["configuration"]["ApplicationName"]


def unknown_configuration(asked: Json) -> None:
    asked["stages"][3]["actions"][0]["configuration"]["AppSpecPath"] = "appspec.yml"


def output_of_a_deployment(asked: Json) -> None:
    asked["stages"][3]["actions"][0]["outputArtifacts"] = [{"name": "deployed"}]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (unproduced, "Input Artifact Bundle other in action Deploy is not an output of a preceding action"),
        (produced_later, "Input Artifact Bundle build in action Build is not an output"),
        (produced_twice, "Output Artifact Bundle name must be unique within a pipeline. source has been"),
        (stage_named_twice, "Stage names must be unique within a pipeline. Build has been"),
        (action_named_twice, "Action names must be unique within a stage. Approve has been"),
        (build_first, "Pipeline should start with a stage that only contains source actions"),
        (source_later, "Stage 'Approval' contains a source action; only the first stage may"),
        (one_stage, "There should be a minimum of 2 stages in a pipeline"),
        (variables_in_the_first_type, "Pipeline type V1 does not support variables"),
        (blank_in_a_name, "Name 'Build it' must satisfy regular expression pattern"),
        (unknown_provider, "Provider: 'Docker', Owner: 'AWS', Version: '1'. in action 'Build' is not available"),
        (missing_configuration, "for action 'Deploy' is missing required configuration 'ApplicationName'"),
        (unknown_configuration, "for action 'Deploy' contains unknown configuration 'AppSpecPath'"),
        (output_of_a_deployment, "Action 'Deploy' has 1 output artifacts, allowed are 0 to 0"),
    ],
)
def test_a_structure_that_cannot_work_is_refused(spoil: Any, message: str) -> None:
    asked = create()
    spoiled = deepcopy(asked)
    spoil(spoiled)
    with pytest.raises(ClientError, match=message):
        client("codepipeline").update_pipeline(pipeline=spoiled)
    with pytest.raises(ClientError, match=message):
        client("codepipeline").create_pipeline(pipeline={**spoiled, "name": "other"})
    assert client("codepipeline").get_pipeline(name="web")["pipeline"]["version"] == 1
