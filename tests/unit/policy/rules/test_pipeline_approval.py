"""Somebody approves each release to production."""

from __future__ import annotations

from typing import Any

import pytest

from tealform.policy.check import evaluate
from tealform.policy.environment import Environment
from tealform.policy.rules.pipeline_approval import CHECK
from tests.unit.policy.rules import shipped

API = "aws_codepipeline.delivery-api_pipeline"


def stages(document: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["resource"]["aws_codepipeline"]["delivery-api_pipeline"]["stage"]
    return found


def without(document: dict[str, Any]) -> None:
    del stages(document)[2]


def after(document: dict[str, Any]) -> None:
    stages(document).append(stages(document).pop(2))


def beside(document: dict[str, Any]) -> None:
    stages(document)[3]["action"] += stages(document).pop(2)["action"]


def before_it_in_one_stage(document: dict[str, Any]) -> None:
    beside(document)
    stages(document)[2]["action"][0]["run_order"] = 2


def by_somebody_else(document: dict[str, Any]) -> None:
    stages(document)[2]["action"][0]["provider"] = "Robot"


def test_production_as_it_is_shipped_asks_somebody() -> None:
    assert shipped.failed(CHECK, "prod") == {}


@pytest.mark.parametrize("change", [without, after, beside, by_somebody_else])
def test_a_deployment_that_nobody_approved_before_is_found(change: Any) -> None:
    assert shipped.failed(CHECK, "prod", change) == {API: "the stage Deploy deploys, and nobody is asked before it"}


def test_an_approval_that_nobody_hears_of_is_found() -> None:
    def silent(document: dict[str, Any]) -> None:
        del stages(document)[2]["action"][0]["configuration"]["NotificationArn"]

    assert shipped.failed(CHECK, "prod", silent) == {API: "nobody is told that Approve waits"}


def test_an_approval_may_stand_before_it_in_the_same_stage() -> None:
    assert shipped.failed(CHECK, "prod", before_it_in_one_stage) == {}


def test_what_is_not_production_need_not_ask() -> None:
    assert evaluate(Environment("dev", shipped.document("dev")), [CHECK]).judged == []


def test_a_protected_environment_must_ask() -> None:
    evaluation = evaluate(Environment("dev", shipped.document("dev"), protected=True), [CHECK])
    assert [each.address for each in evaluation.findings] == ["aws_codepipeline.delivery-web_pipeline"]


def test_a_pipeline_that_an_account_for_tools_holds_for_production_must_ask() -> None:
    document = shipped.document("dev")
    document["resource"]["aws_codepipeline"]["delivery-web_pipeline"]["//"]["metadata"]["path"] = (
        "dev/for-prod/web/pipeline"
    )
    assert len(evaluate(Environment("dev", document), [CHECK]).findings) == 1


def test_a_release_by_ecs_must_be_approved_as_well() -> None:
    def by_ecs(document: dict[str, Any]) -> None:
        without(document)
        deploy = stages(document)[2]["action"][0]
        deploy |= {"category": "Build", "provider": "CodeBuild", "configuration": {"ProjectName": "deployment"}}
        variables = [{"name": "CLUSTER", "value": "shop"}, {"name": "SERVICE", "value": "api"}]
        project = {"name": "deployment", "environment": {"environment_variable": variables}}
        document["resource"]["aws_codebuild_project"]["deployment"] = project

    assert shipped.failed(CHECK, "prod", by_ecs).keys() == {API}


@pytest.mark.parametrize(
    ("name", "depended_on"), [("prod-eu", True), ("live", True), ("pre-prod", False), ("dev", False)]
)
def test_what_is_called_production_is_production(name: str, depended_on: bool) -> None:
    changed = shipped.document("prod")
    without(changed)
    found = evaluate(Environment(name, changed), [CHECK]).findings
    assert [each.address for each in found] == ([API] if depended_on else [])


@pytest.mark.parametrize(("name", "depended_on"), [("prod-eu", True), ("pre-prod", False), ("staging", False)])
def test_a_pipeline_that_is_held_for_production_asks_as_well(name: str, depended_on: bool) -> None:
    changed = shipped.document("prod")
    without(changed)
    pipeline = changed["resource"]["aws_codepipeline"]["delivery-api_pipeline"]
    pipeline["//"]["metadata"]["path"] = f"tools/for-{name}/delivery-api/pipeline"
    found = evaluate(Environment("tools", changed), [CHECK]).findings
    assert [each.address for each in found] == ([API] if depended_on else [])
