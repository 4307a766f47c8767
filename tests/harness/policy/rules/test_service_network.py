"""A service has a security group of its own, and two subnets."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.policy.rules.service_network import CHECK
from tests.harness.policy.rules.parts import SERVICE, drop, put
from tests.harness.policy.rules.shipped import Json, failed, judged

DEFAULT = "aws_default_security_group.network_vpc_default-security-group"


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            drop(SERVICE, "network_configuration"),
            "it has no security group of this environment; it has 0 subnets; with fewer than two, one zone that fails takes it down",
            id="no network",
        ),
        pytest.param(
            drop(SERVICE, "network_configuration.security_groups"),
            "it has no security group of this environment",
            id="no group",
        ),
        pytest.param(
            put(SERVICE, "network_configuration.security_groups", [f"${{{DEFAULT}.id}}"]),
            "its security group is the network's default one, aws_default_security_group.network_vpc_default-security-group",
            id="the default one",
        ),
        pytest.param(
            put(SERVICE, "network_configuration.subnets", ["subnet-1", "subnet-1"]),
            "it has 1 subnets; with fewer than two, one zone that fails takes it down",
            id="one subnet",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {SERVICE: message}


def test_subnets_that_exist_will_do() -> None:
    assert not failed(CHECK, "prod", put(SERVICE, "network_configuration.subnets", ["subnet-1", "subnet-2"]))
