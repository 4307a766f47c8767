"""Only those who are invited see green before it takes traffic."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.check import evaluate
from tealform.policy.environment import Environment
from tealform.policy.rules.listener_test_not_public import CHECK
from tests.unit.policy.rules.parts import by_ecs, put, together
from tests.unit.policy.rules.shipped import Json, document, failed, judged

OFFICE = "aws_vpc_security_group_ingress_rule.load-balancer_test-from-203-0-113-0-24"
PUBLIC = "aws_vpc_security_group_ingress_rule.load-balancer_production-from-0-0-0-0-0"
GUARD = "aws_security_group.load-balancer_security-group"
BALANCER = "aws_lb.load-balancer"


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            put(OFFICE, "cidr_ipv4", "0.0.0.0/0"),
            "it lets 0.0.0.0/0 in to the test listener on port 8443",
            id="everybody",
        ),
        pytest.param(
            put(OFFICE, "cidr_ipv4", "128.0.0.0/1"),
            "it lets 128.0.0.0/1 in to the test listener on port 8443",
            id="half of everybody",
        ),
        pytest.param(
            put(OFFICE, "cidr_ipv6", "::/0"),
            "it lets ::/0 in to the test listener on port 8443",
            id="everybody by IPv6",
        ),
        pytest.param(
            together(put(OFFICE, "cidr_ipv4", "0.0.0.0/0"), put(OFFICE, "from_port", 0), put(OFFICE, "to_port", 65535)),
            "it lets 0.0.0.0/0 in to the test listener on port 8443",
            id="all ports",
        ),
        pytest.param(
            together(
                put(OFFICE, "cidr_ipv4", "0.0.0.0/0"), put(OFFICE, "ip_protocol", "-1"), put(OFFICE, "from_port", None)
            ),
            "it lets 0.0.0.0/0 in to the test listener on port 8443",
            id="all protocols",
        ),
        pytest.param(
            together(by_ecs, put(OFFICE, "cidr_ipv4", "0.0.0.0/0")),
            "it lets 0.0.0.0/0 in to the test listener on port 8443",
            id="with ecs",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "staging", change) == {OFFICE: message}


def test_a_rule_within_the_security_group_is_seen() -> None:
    everybody = {"protocol": "tcp", "from_port": 8000, "to_port": 9000, "cidr_blocks": ["10.0.0.0/8", "0.0.0.0/0"]}
    change = put(GUARD, "ingress", [everybody])
    assert failed(CHECK, "prod", change) == {GUARD: "it lets 0.0.0.0/0 in to the test listener on port 8443"}


def test_a_rule_of_the_old_kind_is_seen_unless_it_leads_outwards() -> None:
    rule = {
        "type": "ingress",
        "security_group_id": f"${{{GUARD}.id}}",
        "protocol": "-1",
        "from_port": 0,
        "to_port": 0,
        "ipv6_cidr_blocks": ["::/0"],
    }

    def change(document: Json) -> None:
        document["resource"]["aws_security_group_rule"] = {"in": rule, "out": rule | {"type": "egress"}}

    assert failed(CHECK, "prod", change) == {
        "aws_security_group_rule.in": "it lets ::/0 in to the test listener on port 8443"
    }


def test_a_load_balancer_without_a_security_group_is_open() -> None:
    message = "it has no security group of this environment, so that nothing says who may use its test listener"
    assert failed(CHECK, "prod", put(BALANCER, "security_groups", [])) == {BALANCER: message}


def test_production_stays_open() -> None:
    assert judged(CHECK, "prod")[PUBLIC] == ""


def test_a_load_balancer_that_only_the_network_reaches_is_not_public() -> None:
    opened = together(put(OFFICE, "cidr_ipv4", "0.0.0.0/0"), put(BALANCER, "internal", True))
    evaluation = evaluate(Environment("staging", _changed(opened)), [CHECK])
    assert not evaluation.findings


def _changed(change: Callable[[Json], None]) -> Json:
    changed = document("staging")
    change(changed)
    return changed


def test_a_list_that_nobody_can_look_into_is_open() -> None:
    list_ = {"security_group_id": f"${{{GUARD}.id}}", "prefix_list_id": "pl-1", "ip_protocol": "-1"}

    def change(document: Json) -> None:
        document["resource"]["aws_vpc_security_group_ingress_rule"]["more"] = list_

    message = "it lets pl-1 in to the test listener on port 8443"
    assert failed(CHECK, "prod", change) == {"aws_vpc_security_group_ingress_rule.more": message}


def test_a_security_group_from_elsewhere_is_open() -> None:
    message = "its security group sg-1 is not of this environment, and may let anybody in"
    change = put(BALANCER, "security_groups", [f"${{{GUARD}.id}}", "sg-1"])
    assert failed(CHECK, "prod", change) == {BALANCER: message}
