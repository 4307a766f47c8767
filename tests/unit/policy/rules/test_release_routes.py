"""A release turns the listeners and target groups of its own service."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.release_routes import CHECK
from tests.unit.policy.rules.parts import (
    BLUE,
    GREEN,
    GROUP,
    PRODUCTION,
    PRODUCTION_RULE,
    SERVICE,
    TEST,
    TEST_RULE,
    body,
    by_ecs,
    drop,
    put,
    remove,
    together,
)
from tests.unit.policy.rules.shipped import Json, failed, judged

PAIR = "load_balancer_info.target_group_pair_info"
API = "aws_lb_target_group.service-api_target-groups_blue"
TURNED = "load_balancer.0.advanced_configuration"


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            put(GROUP, f"{PAIR}.prod_traffic_route.listener_arns", ["arn:aws:other"]),
            "it has 0 production routes of this environment; it needs one; aws_lb_listener_rule.service-web_rules_production leads to aws_lb_target_group.service-web_target-groups_blue, and no release turns it",
            id="no production",
        ),
        pytest.param(
            put(GROUP, f"{PAIR}.test_traffic_route.listener_arns", [f"${{{PRODUCTION}.arn}}"]),
            "production and test are the same listener, aws_lb_listener.load-balancer_production-listener; aws_lb_listener_rule.service-web_rules_test leads to aws_lb_target_group.service-web_target-groups_green, and no release turns it",
            id="one for both",
        ),
        pytest.param(
            put(TEST, "load_balancer_arn", "${aws_lb.other.arn}"),
            "aws_lb_listener.load-balancer_production-listener and aws_lb_listener.load-balancer_test-listener are of two load balancers",
            id="two balancers",
        ),
        pytest.param(
            drop(GROUP, f"{PAIR}.test_traffic_route"),
            "aws_lb_listener_rule.service-web_rules_test leads to aws_lb_target_group.service-web_target-groups_green, and no release turns it",
            id="test forgotten",
        ),
        pytest.param(
            drop(SERVICE, "load_balancer.0.target_group_arn"),
            "aws_ecs_service.service-web_service is behind no target group",
            id="nothing behind it",
        ),
        pytest.param(
            put(
                SERVICE,
                "load_balancer",
                [{"target_group_arn": f"${{{BLUE}.arn}}"}, {"target_group_arn": "arn:another"}],
            ),
            "aws_ecs_service.service-web_service is behind arn:another, which is not one of its target groups",
            id="another load balancer as well",
        ),
        pytest.param(
            put(GROUP, "ecs_service.service_name", "other"),
            "its ecs_service is none of this environment",
            id="another service",
        ),
        pytest.param(
            put(SERVICE, "load_balancer.0.target_group_arn", "${aws_lb_target_group.other.arn}"),
            "aws_ecs_service.service-web_service is behind aws_lb_target_group.other, which is not one of its target groups",
            id="another group",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "staging", change) == {GROUP: message}


def test_a_release_without_a_test_listener_has_nothing_to_compare() -> None:
    change = together(remove(TEST_RULE), drop(GROUP, f"{PAIR}.test_traffic_route"))
    assert not failed(CHECK, "prod", change)


def test_ecs_turns_rules_of_two_listeners() -> None:
    assert not failed(CHECK, "prod", by_ecs)
    change = together(by_ecs, put(SERVICE, f"{TURNED}.test_listener_rule", f"${{{PRODUCTION_RULE}.arn}}"))
    message = failed(CHECK, "prod", change)[SERVICE]
    assert message.startswith(f"production and test are the same listener, {PRODUCTION}; ")


def test_ecs_shifts_between_both_target_groups() -> None:
    change = together(
        by_ecs, put(PRODUCTION_RULE, "action", {"type": "forward", "target_group_arn": f"${{{BLUE}.arn}}"})
    )
    assert failed(CHECK, "prod", change) == {
        SERVICE: f"{PRODUCTION_RULE} does not lead to {GREEN}, not even with weight 0"
    }


def test_what_ecs_turns_leads_to_its_target_groups() -> None:
    change = together(by_ecs, put(TEST_RULE, "action.0.target_group_arn", f"${{{API}.arn}}"))
    assert failed(CHECK, "prod", change) == {SERVICE: f"{TEST_RULE} leads to none of its target groups"}


def test_a_service_that_ecs_releases_is_behind_nothing_else_either() -> None:
    def behind_more(document: Json) -> None:
        body(document, SERVICE)["load_balancer"].append({"target_group_arn": "arn:another"})

    message = f"{SERVICE} is behind arn:another, which is not one of its target groups"
    assert failed(CHECK, "prod", together(by_ecs, behind_more)) == {SERVICE: message}
