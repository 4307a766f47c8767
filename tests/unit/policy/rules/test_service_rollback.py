"""A release that ECS makes is blue/green, and goes back by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.service_rollback import CHECK
from tests.unit.policy.rules.parts import SERVICE, by_ecs, drop, put, together
from tests.unit.policy.rules.shipped import Json, failed, judged


def test_it_judges_what_ecs_releases_alone() -> None:
    assert judged(CHECK, "prod", by_ecs) == {SERVICE: ""}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            drop(SERVICE, "deployment_configuration"),
            "its strategy is ROLLING, not BLUE_GREEN, CANARY or LINEAR",
            id="rolling",
        ),
        pytest.param(
            drop(SERVICE, "load_balancer.0.advanced_configuration.alternate_target_group_arn"),
            "load_balancer.advanced_configuration has no alternate_target_group_arn",
            id="no groups",
        ),
        pytest.param(
            drop(SERVICE, "load_balancer.0.advanced_configuration"),
            "load_balancer.advanced_configuration has no alternate_target_group_arn; load_balancer.advanced_configuration has no production_listener_rule; load_balancer.advanced_configuration has no role_arn",
            id="nothing to turn",
        ),
        pytest.param(
            drop(SERVICE, "deployment_circuit_breaker"),
            "deployment_circuit_breaker.enable is not true; deployment_circuit_breaker.rollback is not true",
            id="no breaker",
        ),
        pytest.param(
            put(SERVICE, "deployment_circuit_breaker.rollback", False),
            "deployment_circuit_breaker.rollback is not true",
            id="breaker stays",
        ),
        pytest.param(put(SERVICE, "alarms.rollback", False), "alarms.rollback is not true", id="alarms stay"),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", together(by_ecs, change)) == {SERVICE: message}
