"""A public load balancer can be reached."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.environment import Environment
from tealform.policy.rules.balancer_subnets import CHECK
from tests.unit.policy.rules.parts import put, remove, together
from tests.unit.policy.rules.shipped import Json, document, failed, judged

BALANCER = "aws_lb.load-balancer"
PRIVATE = "aws_subnet.network_vpc_private-a"
TO_PRIVATE = put(BALANCER, "subnets.0", f"${{{PRIVATE}.id}}")
SAID = "the internet has no way to aws_subnet.network_vpc_private-a"


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert judged(CHECK, name) == {BALANCER: ""}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(TO_PRIVATE, SAID, id="one private subnet"),
        pytest.param(put(BALANCER, "subnet_mapping", [{"subnet_id": f"${{{PRIVATE}.id}}"}]), SAID, id="mapped"),
        pytest.param(
            remove("aws_route.network_vpc_public-internet"),
            "; ".join(f"the internet has no way to aws_subnet.network_vpc_public-{zone}" for zone in "acd"),
            id="no gateway",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {BALANCER: message}


def test_subnets_that_exist_are_not_looked_into() -> None:
    assert not failed(CHECK, "prod", put(BALANCER, "subnets", ["subnet-1", "subnet-2"]))


def test_an_internal_one_may_stand_anywhere() -> None:
    changed = document("prod")
    together(TO_PRIVATE, put(BALANCER, "internal", True))(changed)
    environment = Environment("prod", changed)
    assert not any(CHECK.applies(each, environment) for each in environment.resources(*CHECK.types))
