"""Exactly one thing releases a service."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.service_released import CHECK
from tests.unit.policy.rules.parts import GROUP, SERVICE, body, by_ecs, put, remove
from tests.unit.policy.rules.shipped import Json, failed, judged


def doubled(document: Json) -> None:
    document["resource"]["aws_codedeploy_deployment_group"]["second"] = dict(body(document, GROUP))


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(remove(GROUP), "no deployment group of CodeDeploy releases it", id="nothing"),
        pytest.param(
            doubled,
            "more than one deployment group releases it: aws_codedeploy_deployment_group.delivery-web_deployment_group, aws_codedeploy_deployment_group.second",
            id="two",
        ),
        pytest.param(
            put(SERVICE, "deployment_controller.type", "ECS"),
            "its deployment controller is ECS, but aws_codedeploy_deployment_group.delivery-web_deployment_group would release it",
            id="ecs and codedeploy",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {SERVICE: message}


def test_ecs_releases_by_itself() -> None:
    assert not failed(CHECK, "prod", by_ecs)
