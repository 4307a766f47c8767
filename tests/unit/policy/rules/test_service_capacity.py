"""A service runs on Fargate, and production not on Spot alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.service_capacity import CHECK
from tests.unit.policy.rules.parts import SERVICE, drop, put, together
from tests.unit.policy.rules.shipped import Json, failed, judged

ON_DEMAND = {"capacity_provider": "FARGATE", "base": 1, "weight": 1}
SPOT = {"capacity_provider": "FARGATE_SPOT", "base": 0, "weight": 1}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            drop(SERVICE, "capacity_provider_strategy"),
            "it has no capacity_provider_strategy, and without one its tasks go to EC2",
            id="unsaid",
        ),
        pytest.param(
            put(SERVICE, "capacity_provider_strategy", [ON_DEMAND, {"capacity_provider": "machines", "weight": 1}]),
            "its capacity provider machines is not Fargate",
            id="on machines",
        ),
        pytest.param(
            put(SERVICE, "capacity_provider_strategy", [SPOT]), "all of its tasks are on Spot", id="spot alone"
        ),
        pytest.param(
            put(
                SERVICE, "capacity_provider_strategy", [SPOT, {"capacity_provider": "FARGATE", "base": 1, "weight": 0}]
            ),
            "all of its tasks are on Spot",
            id="spot in truth",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {SERVICE: message}


def test_spot_beside_on_demand_is_well() -> None:
    assert not failed(CHECK, "prod", put(SERVICE, "capacity_provider_strategy", [ON_DEMAND, SPOT]))


def test_a_launch_type_will_do() -> None:
    change = together(drop(SERVICE, "capacity_provider_strategy"), put(SERVICE, "launch_type", "FARGATE"))
    assert not failed(CHECK, "prod", change)
