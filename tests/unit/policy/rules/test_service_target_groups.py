"""Blue and green differ in nothing but their names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.service_target_groups import CHECK
from tests.unit.policy.rules.parts import BLUE, GREEN, GROUP, SERVICE, by_ecs, drop, put, together
from tests.unit.policy.rules.shipped import Json, failed, judged


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            put(GROUP, "load_balancer_info.target_group_pair_info.target_group.1.name", f"${{{BLUE}.name}}"),
            "it has 1 target groups of this environment; blue/green needs two",
            id="one twice",
        ),
        pytest.param(
            put(GROUP, "load_balancer_info.target_group_pair_info.target_group.1.name", "other"),
            "it has 1 target groups of this environment; blue/green needs two",
            id="by name",
        ),
        pytest.param(
            put(GREEN, "target_type", "instance"),
            "aws_lb_target_group.service-web_target-groups_green has target_type instance, and tasks on Fargate register by ip",
            id="instances",
        ),
        pytest.param(
            drop(GREEN, "target_type"),
            "aws_lb_target_group.service-web_target-groups_green has target_type instance, and tasks on Fargate register by ip",
            id="type unsaid",
        ),
        pytest.param(
            put(GREEN, "name", "shop-prod-a-service-of-this-length"),
            "the name of aws_lb_target_group.service-web_target-groups_green has 34 characters, and 32 is the most",
            id="long name",
        ),
        pytest.param(
            put(GREEN, "name", "shop-prod-web-blue"),
            "aws_lb_target_group.service-web_target-groups_blue and aws_lb_target_group.service-web_target-groups_green have the same name",
            id="same name",
        ),
        pytest.param(
            put(GREEN, "protocol", "HTTPS"),
            "aws_lb_target_group.service-web_target-groups_blue and aws_lb_target_group.service-web_target-groups_green differ in protocol",
            id="other protocol",
        ),
        pytest.param(
            put(GREEN, "port", 81),
            "aws_lb_target_group.service-web_target-groups_blue and aws_lb_target_group.service-web_target-groups_green differ in port",
            id="other port",
        ),
        pytest.param(
            put(GREEN, "health_check.path", "/"),
            "aws_lb_target_group.service-web_target-groups_blue and aws_lb_target_group.service-web_target-groups_green differ in health_check.path",
            id="other path",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {GROUP: message}


def test_a_pair_of_ecs_is_one_too() -> None:
    assert not failed(CHECK, "prod", by_ecs)
    change = together(by_ecs, put(SERVICE, "load_balancer.0.target_group_arn", f"${{{GREEN}.arn}}"))
    assert failed(CHECK, "prod", change) == {
        SERVICE: "it has 1 target groups of this environment; blue/green needs two"
    }
