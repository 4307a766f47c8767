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


STAGES = pipeline()["stages"]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            "stages 3 actions 0 inputArtifacts 0 name",
            "other",
            "Input Artifact Bundle other in action Deploy is not an output of a preceding action",
        ),
        (
            "stages 1 actions 0 inputArtifacts 0 name",
            "build",
            "Input Artifact Bundle build in action Build is not an output",
        ),
        (
            "stages 1 actions 0 outputArtifacts 0 name",
            "source",
            "Output Artifact Bundle name must be unique within a pipeline. source has been",
        ),
        ("stages 2 name", "Build", "Stage names must be unique within a pipeline. Build has been"),
        ("stages 2 actions", STAGES[2]["actions"] * 2, "Action names must be unique within a stage. Approve has been"),
        (
            "stages 0 actions",
            [*STAGES[0]["actions"], *STAGES[1]["actions"]],
            "Pipeline should start with a stage that only contains source actions",
        ),
        (
            "stages 2 actions",
            [*STAGES[2]["actions"], *STAGES[0]["actions"]],
            "Stage 'Approval' contains a source action; only the first stage may",
        ),
        ("stages", STAGES[:1], "There should be a minimum of 2 stages in a pipeline"),
        ("pipelineType", "V1", "Pipeline type V1 does not support variables"),
        ("stages 1 name", "Build it", "Name 'Build it' must satisfy regular expression pattern"),
        (
            "stages 1 actions 0 actionTypeId provider",
            "Docker",
            "Provider: 'Docker', Owner: 'AWS', Version: '1'. in action 'Build' is not available",
        ),
        (
            "stages 3 actions 0 configuration ApplicationName",
            None,
            "for action 'Deploy' is missing required configuration 'ApplicationName'",
        ),
        (
            "stages 3 actions 0 configuration AppSpecPath",
            "appspec.yml",
            "for action 'Deploy' contains unknown configuration 'AppSpecPath'",
        ),
        (
            "stages 3 actions 0 outputArtifacts",
            [{"name": "deployed"}],
            "Action 'Deploy' has 1 output artifacts, allowed are 0 to 0",
        ),
    ],
)
def test_a_structure_that_cannot_work_is_refused(path: str, value: Any, message: str) -> None:
    asked = create()
    changed: Any = deepcopy(asked)
    place, names = changed, [int(name) if name.isdecimal() else name for name in path.split()]
    for name in names[:-1]:
        place = place[name]
    place[names[-1]] = value
    if value is None:
        del place[names[-1]]
    with pytest.raises(ClientError, match=message):
        client("codepipeline").update_pipeline(pipeline=changed)
    with pytest.raises(ClientError, match=message):
        client("codepipeline").create_pipeline(pipeline={**changed, "name": "other"})
    assert client("codepipeline").get_pipeline(name="web")["pipeline"]["version"] == 1
