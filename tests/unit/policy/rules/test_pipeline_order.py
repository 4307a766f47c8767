"""What is deployed was built, scanned and tested before, and is handed over after."""

from __future__ import annotations

from typing import Any

import pytest

from tealform.policy.rules.pipeline_order import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import Change

WEB = "aws_codepipeline.delivery-web_pipeline"


def moved(stage: str, to: int) -> Change:
    """The pipeline with a stage in another place; behind the last one nowhere."""

    def change(document: Any) -> None:
        stages = document["resource"]["aws_codepipeline"]["delivery-web_pipeline"]["stage"]
        taken = stages.pop(next(number for number, each in enumerate(stages) if each["name"] == stage))
        if to >= 0:
            stages.insert(to, taken)

    return change


def joined(document: Any) -> None:
    stages = document["resource"]["aws_codepipeline"]["delivery-web_pipeline"]["stage"]
    scan = stages.pop(2)
    stages[-1]["action"] += scan["action"]


def twice(document: Any) -> None:
    stages = document["resource"]["aws_codepipeline"]["delivery-web_pipeline"]["stage"]
    stages.append(stages[-1])


BAD = {
    "scanned after": (moved("Scan", 9), "Scan does not end before Deploy begins"),
    "scanned beside": (joined, "Scan does not end before Deploy begins"),
    "approved before it is built": (moved("Approval", 1), "Approve asks before there is all that is to be looked at"),
    "approved before it is scanned": (moved("Approval", 2), "Approve asks before there is all that is to be looked at"),
    "no deployment": (moved("Deploy", -1), "no actions deploy, where one is meant"),
    "two deployments": (twice, "2 actions deploy, where one is meant"),
    "nothing built": (moved("Prepare", -1), "nothing is built"),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_a_shipped_pipeline_is_in_order(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_stages_out_of_order_are_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {WEB: message}


def test_a_release_is_not_handed_over_before_it_has_succeeded() -> None:
    assert shipped.failed(CHECK, "staging", moved("HandOver", 1)) == {WEB: "HandOver does not wait for Deploy"}
