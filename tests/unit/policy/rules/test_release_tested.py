"""In production green is looked at before it takes traffic."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.check import evaluate
from tealform.policy.environment import Environment
from tealform.policy.rules.release_tested import CHECK
from tests.unit.policy.rules.parts import GROUP, SERVICE, by_ecs, drop, put, together
from tests.unit.policy.rules.shipped import Json, document, failed, judged

ROUTE = "load_balancer_info.target_group_pair_info.test_traffic_route"


@pytest.mark.parametrize("name", ["prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(drop(GROUP, ROUTE), "it has no test listener of this environment", id="unsaid"),
        pytest.param(
            put(GROUP, f"{ROUTE}.listener_arns", ["arn:aws:elasticloadbalancing:other"]),
            "it has no test listener of this environment",
            id="another one",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {GROUP: message}


def test_with_ecs_it_is_a_rule() -> None:
    assert not failed(CHECK, "prod", by_ecs)
    change = together(by_ecs, drop(SERVICE, "load_balancer.0.advanced_configuration.test_listener_rule"))
    assert failed(CHECK, "prod", change) == {SERVICE: "it has no test listener of this environment"}


def test_where_nobody_depends_on_it_nobody_asks() -> None:
    assert not evaluate(Environment("dev", document("dev")), [CHECK]).judged
