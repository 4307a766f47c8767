"""A function that is there to look at a release is asked before users are moved."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy

import pytest

from tealform.policy.check import evaluate
from tealform.policy.environment import Environment
from tealform.policy.rules.release_hooks import CHECK
from tealform_harness.mutation import good
from tests.inventory import ROOT
from tests.unit.policy.rules.parts import SERVICE, body, drop, put, together
from tests.unit.policy.rules.shipped import Json, failed, judged

FUNCTION = "aws_lambda_function.service-web_smoke-test_function"
ARN = f"${{{FUNCTION}.arn}}"
HOOK = "deployment_configuration.lifecycle_hook"
NOBODY = "it may tell how a release is, and none asks it"
PROJECT = "aws_codebuild_project.delivery-web_prepare_project"


def hooks(text: str) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        variables = body(document, PROJECT)["environment"]["environment_variable"]
        next(each for each in variables if each["name"] == "HOOKS")["value"] = text

    return change


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert judged(CHECK, name) == {FUNCTION: ""}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("[]", "it may tell how a release is, and none asks it", id="none"),
        pytest.param("[", NOBODY, id="no JSON"),
        pytest.param('[{"AfterAllowTestTraffic":"${aws_lambda_function.another.arn}"}]', NOBODY, id="another function"),
        pytest.param(
            json.dumps([{"AfterAllowTraffic": ARN}]),
            "releases ask it in AfterAllowTraffic, when users have been moved",
            id="too late",
        ),
    ],
)
def test_it_tells_what_is_wrong(text: str, message: str) -> None:
    assert failed(CHECK, "prod", hooks(text)) == {FUNCTION: message}


def test_once_before_users_is_enough() -> None:
    assert not failed(CHECK, "prod", hooks(json.dumps([{"BeforeAllowTraffic": ARN}, {"AfterAllowTraffic": ARN}])))


@pytest.mark.parametrize("key", ["insecure_value", "value"])
def test_a_pipeline_in_another_account_has_it_from_a_parameter(key: str) -> None:
    def parameter(document: Json) -> None:
        said = {"name": "/shop/prod/web/HOOKS", key: json.dumps([{"AfterAllowTestTraffic": ARN}])}
        document["resource"]["aws_ssm_parameter"] = {"hooks": said}

    assert not failed(CHECK, "prod", together(hooks("[]"), parameter))


def test_what_may_not_report_looks_at_no_release() -> None:
    assert "aws_lambda_function.import" not in judged(CHECK, "prod", a_function)


def a_function(document: Json) -> None:
    body = {"function_name": "import", "role": "arn:aws:iam::123456789012:role/import"}
    document["resource"]["aws_lambda_function"]["import"] = body


@pytest.mark.slow
def test_ecs_asks_it_itself() -> None:
    document = good.read(ROOT, good.BY_ECS).document

    def said(change: Callable[[Json], object]) -> dict[str, str]:
        changed = deepcopy(dict(document))
        change(changed)
        found = evaluate(Environment("prod", changed), [CHECK])
        assert found.judged
        return {each.address: each.message for each in found.findings}

    late = put(SERVICE, f"{HOOK}.0.lifecycle_stages", ["POST_PRODUCTION_TRAFFIC_SHIFT"])
    assert not said(lambda _: None)
    assert said(drop(SERVICE, HOOK)) == {FUNCTION: NOBODY}
    assert said(late) == {FUNCTION: "releases ask it in POST_PRODUCTION_TRAFFIC_SHIFT, when users have been moved"}
