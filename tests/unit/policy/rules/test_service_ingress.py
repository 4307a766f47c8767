"""The load balancer reaches the tasks of a service on their port, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.environment import Environment
from tealform.policy.rules.service_ingress import CHECK
from tests.unit.policy.rules.parts import SERVICE, put, remove, together
from tests.unit.policy.rules.shipped import Json, document, failed, judged

TASKS = "aws_security_group.service-web_security-group"
BALANCER = "aws_security_group.load-balancer_security-group"
BUILDS = "aws_security_group.delivery-api_build_network_security-group"
IN = "aws_vpc_security_group_ingress_rule.service-web_from-load-balancer"
OUT = "aws_vpc_security_group_egress_rule.service-web_load-balancer-to-tasks"
NOT_IN = "nothing lets the load balancer in on port 8080"
NOT_OUT = "nothing lets the load balancer out to it on port 8080"


def more(kind: str, **rule: object) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        document["resource"].setdefault(kind, {})["more"] = rule

    return change


def old(way: str, guard: str, **rule: object) -> Callable[[Json], None]:
    ports = {"protocol": "tcp", "from_port": 8080, "to_port": 8080}
    return more("aws_security_group_rule", type=way, security_group_id=f"${{{guard}.id}}", **ports, **rule)


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(remove(IN), "nothing lets the load balancer in on port 8080", id="not in"),
        pytest.param(remove(OUT), "nothing lets the load balancer out to it on port 8080", id="not out"),
        pytest.param(together(put(IN, "from_port", 8081), put(IN, "to_port", 8081)), NOT_IN, id="another port"),
        pytest.param(together(put(OUT, "from_port", 80), put(OUT, "to_port", 8079)), NOT_OUT, id="another way out"),
        pytest.param(put(OUT, "referenced_security_group_id", f"${{{BUILDS}.id}}"), NOT_OUT, id="out to others"),
        pytest.param(
            put(IN, "referenced_security_group_id", f"${{{BUILDS}.id}}"),
            f"{IN} lets in {BUILDS}, which is not the load balancer's; {NOT_IN}",
            id="builds instead",
        ),
        pytest.param(
            more(
                "aws_vpc_security_group_ingress_rule",
                security_group_id=f"${{{TASKS}.id}}",
                referenced_security_group_id=f"${{{BUILDS}.id}}",
                ip_protocol="-1",
            ),
            f"aws_vpc_security_group_ingress_rule.more lets in {BUILDS}, which is not the load balancer's",
            id="builds too",
        ),
        pytest.param(
            old("ingress", TASKS, source_security_group_id="sg-0123456789abcdef0"),
            "aws_security_group_rule.more lets in sg-0123456789abcdef0, which is not the load balancer's",
            id="the old way",
        ),
        pytest.param(
            put(TASKS, "ingress", [{"protocol": "-1", "security_groups": [f"${{{BUILDS}.id}}"]}]),
            f"{TASKS} lets in {BUILDS}, which is not the load balancer's",
            id="within the group",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {SERVICE: message}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            together(remove(IN), old("ingress", TASKS, source_security_group_id=f"${{{BALANCER}.id}}")), id="old way in"
        ),
        pytest.param(
            together(remove(OUT), old("egress", BALANCER, cidr_blocks=["10.40.0.0/16"])), id="out to addresses"
        ),
        pytest.param(old("egress", TASKS, source_security_group_id=f"${{{BUILDS}.id}}"), id="out of the tasks"),
        pytest.param(put(TASKS, "ingress", {"protocol": "-1", "self": True}), id="tasks among themselves"),
        pytest.param(together(put(IN, "from_port", 0), put(IN, "to_port", 65535)), id="all ports"),
    ],
)
def test_there_are_other_ways_to_say_so(change: Callable[[Json], None]) -> None:
    assert not failed(CHECK, "prod", change)


def test_a_load_balancer_whose_group_is_somebody_elses_is_not_looked_into() -> None:
    changed = document("prod")
    put("aws_lb.load-balancer", "security_groups", ["sg-0123456789abcdef0"])(changed)
    environment = Environment("prod", changed)
    assert not any(CHECK.applies(each, environment) for each in environment.resources(*CHECK.types))
