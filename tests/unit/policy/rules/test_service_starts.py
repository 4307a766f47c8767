"""A service starts where users are sent to."""

from __future__ import annotations

import pytest

from tealform.policy.rules.service_starts import CHECK
from tests.unit.policy.rules.parts import (
    BLUE,
    GREEN,
    PRODUCTION,
    PRODUCTION_RULE,
    SERVICE,
    by_ecs,
    put,
    remove,
    together,
)
from tests.unit.policy.rules.shipped import failed, judged

ON_GREEN = put(SERVICE, "load_balancer.0.target_group_arn", f"${{{GREEN}.arn}}")
SAID = f"it starts in {GREEN}, and production leads to {BLUE}"


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


def test_a_service_that_starts_on_green_is_found() -> None:
    assert failed(CHECK, "prod", ON_GREEN) == {
        SERVICE: "it starts in aws_lb_target_group.service-web_target-groups_green, and production leads to "
        "aws_lb_target_group.service-web_target-groups_blue"
    }


def test_one_whose_listener_forwards_itself_is_found() -> None:
    forward = put(PRODUCTION, "default_action", [{"type": "forward", "target_group_arn": f"${{{BLUE}.arn}}"}])
    listeners = together(remove(PRODUCTION_RULE), forward)
    assert not failed(CHECK, "prod", listeners)
    assert failed(CHECK, "prod", together(listeners, ON_GREEN)) == {SERVICE: SAID}


def test_what_has_weight_0_gets_no_requests() -> None:
    both = [{"arn": f"${{{BLUE}.arn}}", "weight": 0}, {"arn": f"${{{GREEN}.arn}}", "weight": 100}]
    turned = put(PRODUCTION_RULE, "action", [{"type": "forward", "forward": {"target_group": both}}])
    assert not failed(CHECK, "prod", by_ecs)
    assert failed(CHECK, "prod", together(by_ecs, turned)) == {
        SERVICE: f"it starts in {BLUE}, and production leads to {GREEN}"
    }
