"""The load balancer sends to a container and a port that the task has."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.service_container import CHECK
from tests.unit.policy.rules.parts import SERVICE, TASK, contain, drop, put
from tests.unit.policy.rules.shipped import Json, failed, judged


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            put(SERVICE, "load_balancer.0.container_name", "api"),
            "load_balancer.container_name is api; the containers are web",
            id="other container",
        ),
        pytest.param(
            put(SERVICE, "load_balancer.0.container_port", 80),
            "load_balancer.container_port is 80; container web has 8080",
            id="other port",
        ),
        pytest.param(
            drop(SERVICE, "load_balancer.0.container_port"),
            "load_balancer.container_port is missing; container web has 8080",
            id="no port",
        ),
        pytest.param(
            contain(portMappings=[]),
            "load_balancer.container_port is 8080; container web has no port",
            id="container moved",
        ),
        pytest.param(drop(SERVICE, "load_balancer"), "it has no load_balancer", id="no balancer"),
        pytest.param(
            put(SERVICE, "task_definition", "shop-prod-web:7"),
            "its task_definition is none of this environment, or its containers cannot be read",
            id="by number",
        ),
        pytest.param(
            put(TASK, "container_definitions", "["),
            "its task_definition is none of this environment, or its containers cannot be read",
            id="unreadable",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {SERVICE: message}


def test_a_port_may_be_a_text() -> None:
    assert not failed(CHECK, "prod", put(SERVICE, "load_balancer.0.container_port", "8080"))
