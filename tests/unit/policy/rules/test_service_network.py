"""A service has a security group that lets in the load balancer alone, and in production two subnets."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.service_network import CHECK
from tests.unit.policy.rules.parts import SERVICE, drop, put
from tests.unit.policy.rules.shipped import Json, failed, judged

GUARD = "aws_security_group.service-web_security-group"
DEFAULT = "aws_default_security_group.network_vpc_default-security-group"


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            drop(SERVICE, "network_configuration"),
            "it has no security group of this environment; the number of its subnets is 0; with fewer than two, one zone that fails takes it down",
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
            "the number of its subnets is 1; with fewer than two, one zone that fails takes it down",
            id="one subnet",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {SERVICE: message}


def test_subnets_that_exist_will_do() -> None:
    assert not failed(CHECK, "prod", put(SERVICE, "network_configuration.subnets", ["subnet-1", "subnet-2"]))


def test_one_subnet_will_do_where_nobody_depends_on_it() -> None:
    assert not failed(CHECK, "staging", put(SERVICE, "network_configuration.subnets", ["subnet-1"]))


@pytest.mark.parametrize(
    ("kind", "rule", "said"),
    [
        ("aws_vpc_security_group_ingress_rule", {"cidr_ipv4": "10.0.0.0/8", "ip_protocol": "-1"}, "10.0.0.0/8"),
        ("aws_vpc_security_group_ingress_rule", {"cidr_ipv6": "::/0"}, "::/0"),
        ("aws_vpc_security_group_ingress_rule", {"prefix_list_id": "pl-1"}, "pl-1"),
        ("aws_security_group_rule", {"type": "ingress", "cidr_blocks": ["0.0.0.0/0"]}, "0.0.0.0/0"),
        ("aws_security_group_rule", {"type": "egress", "cidr_blocks": ["0.0.0.0/0"]}, ""),
    ],
)
def test_nobody_comes_around_the_load_balancer(kind: str, rule: Json, said: str) -> None:
    def change(document: Json) -> None:
        document["resource"].setdefault(kind, {})["more"] = rule | {"security_group_id": f"${{{GUARD}.id}}"}

    assert failed(CHECK, "prod", change) == ({SERVICE: f"{kind}.more lets in {said}"} if said else {})


def test_a_rule_within_the_security_group_is_seen() -> None:
    change = put(GUARD, "ingress", [{"protocol": "-1", "cidr_blocks": ["0.0.0.0/0", "10.0.0.0/8"]}])
    assert failed(CHECK, "prod", change) == {SERVICE: f"{GUARD} lets in 0.0.0.0/0, 10.0.0.0/8"}
