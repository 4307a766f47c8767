"""Conditions of a stage stop a release or roll it back."""

from __future__ import annotations

import pytest

from tealform.policy.rules.pipeline_conditions import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put

WEB = "aws_codepipeline.delivery-web_pipeline"
DEPLOY = (WEB, "stage", 4)
WATCH = {"condition": {"result": "FAIL", "rule": [{"name": "alarm"}]}}

BAD = {
    "skipped": (
        put(*DEPLOY, "before_entry", "condition", "result", to="SKIP"),
        "before_entry of Deploy ends in SKIP, where FAIL is meant",
    ),
    "no rule": (put(*DEPLOY, "before_entry", "condition", "rule", to=[]), "before_entry of Deploy has no rule"),
    "not rolled back": (
        put(*DEPLOY, "on_success", to=WATCH),
        "on_success of Deploy ends in FAIL, where ROLLBACK is meant",
    ),
    "side by side": (
        put(WEB, "execution_mode", to="PARALLEL"),
        "its releases run side by side, and CodeDeploy refuses all but the first",
    ),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_conditions_stop_a_release(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_what_waves_a_release_through_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {WEB: message}
