"""Each action takes artifacts that an earlier one has made."""

from __future__ import annotations

import pytest

from tealform.policy.rules.pipeline_inputs import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import GONE, put

WEB = "aws_codepipeline.delivery-web_pipeline"
PREPARE, SCAN = (WEB, "stage", 1, "action", 0), (WEB, "stage", 2, "action", 0)

BAD = {
    "an artifact that nobody makes": (
        put(*SCAN, "input_artifacts", to=["image"]),
        "Scan takes the artifact image, which no action before it makes",
    ),
    "what it makes itself": (
        put(*PREPARE, "input_artifacts", to=["build"]),
        "Prepare takes the artifact build, which no action before it makes",
    ),
    "one artifact made twice": (put(*SCAN, "output_artifacts", to=["build"]), "2 actions make the artifact build"),
    "variables that nobody gives": (
        put(*PREPARE, "namespace", to=GONE),
        "Approve shows variables of BuildVariables, which no action before it gives",
    ),
    "nothing taken": (put(*SCAN, "input_artifacts", to=GONE), "Scan takes no artifact"),
    "a project that is not there": (
        put(*SCAN, "configuration", "ProjectName", to="other"),
        "Scan runs the project other, which is not there",
    ),
    "a primary source that it does not take": (
        put(*SCAN, "configuration", "PrimarySource", to="source"),
        "PrimarySource of Scan is source, which it does not take",
    ),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_a_shipped_pipeline_hands_artifacts_on(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_what_is_taken_and_not_there_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {WEB: message}
