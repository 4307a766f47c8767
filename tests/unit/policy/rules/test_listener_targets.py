"""Production leads to one target group of a release, and test to the other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.listener_targets import CHECK
from tests.unit.policy.rules.parts import BLUE, GREEN, GROUP, PRODUCTION_RULE, TEST_RULE, drop, put, remove
from tests.unit.policy.rules.shipped import Json, failed, judged

BOTH = {
    "type": "forward",
    "forward": {
        "target_group": [{"arn": f"${{{BLUE}.arn}}", "weight": 100}, {"arn": f"${{{GREEN}.arn}}", "weight": 0}]
    },
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            put(PRODUCTION_RULE, "action", [BOTH]),
            "aws_lb_listener_rule.service-web_rules_production leads to 2 target groups; CodeDeploy moves what leads to one; aws_lb_listener_rule.service-web_rules_test leads to aws_lb_target_group.service-web_target-groups_green, as production does: the other target group has no health checks",
            id="two behind production",
        ),
        pytest.param(
            remove(PRODUCTION_RULE),
            "nothing on its production listener leads to one of its target groups",
            id="no production rule",
        ),
        pytest.param(
            remove(TEST_RULE), "nothing on its test listener leads to one of its target groups", id="no test rule"
        ),
        pytest.param(
            put(TEST_RULE, "action.0.target_group_arn", f"${{{BLUE}.arn}}"),
            "aws_lb_listener_rule.service-web_rules_test leads to aws_lb_target_group.service-web_target-groups_blue, as production does: the other target group has no health checks",
            id="test of blue",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {GROUP: message}


def test_without_a_test_listener_green_may_wait_for_its_rule() -> None:
    def change(document: Json) -> None:
        remove(TEST_RULE)(document)
        drop(GROUP, "load_balancer_info.target_group_pair_info.test_traffic_route")(document)

    assert not failed(CHECK, "prod", change)
