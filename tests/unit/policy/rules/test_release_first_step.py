"""In production a release begins with the lesser part of the traffic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tealform.policy.rules.release_first_step import CHECK
from tests.unit.policy.rules.parts import GROUP, SERVICE, by_ecs, put, together
from tests.unit.policy.rules.shipped import Json, failed, judged

API = "aws_codedeploy_deployment_group.delivery-api_deployment_group"
CONFIG = "aws_codedeploy_deployment_config.delivery-api_deployment_config"
HOW = "deployment_configuration"


def config(kind: str, percent: Any) -> Callable[[Json], None]:
    return put(CONFIG, "traffic_routing_config", {kind: {"percentage": percent, "interval": 10}})


def by_ecs_with(block: str, **said: Any) -> Callable[[Json], None]:
    return together(by_ecs, put(SERVICE, f"{HOW}.{block}", said))


def test_production_is_as_it_wants_it() -> None:
    assert judged(CHECK, "prod") == {GROUP: "", API: ""}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(config("time_based_canary", 99), {API: 99}, id="canary"),
        pytest.param(config("time_based_canary", "51"), {API: 51}, id="as text"),
        pytest.param(config("time_based_linear", 60), {API: 60}, id="linear"),
        pytest.param(
            by_ecs_with("canary_configuration", canary_percent=99, canary_bake_time_in_minutes="5"),
            {SERVICE: 99},
            id="canary by ECS",
        ),
        pytest.param(
            by_ecs_with("linear_configuration", step_percent=70, step_bake_time_in_minutes="5"),
            {SERVICE: 70},
            id="linear by ECS",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], found: dict[str, int]) -> None:
    expected = {address: f"its first step moves {percent} percent of the traffic" for address, percent in found.items()}
    assert failed(CHECK, "prod", change) == expected


def test_half_of_it_will_do() -> None:
    assert not failed(CHECK, "prod", config("time_based_canary", 50))


def test_all_at_once_has_no_first_step() -> None:
    at_once = put(GROUP, "deployment_config_name", "CodeDeployDefault.ECSAllAtOnce")
    assert judged(CHECK, "prod", at_once) == {API: ""}
