"""Security groups let out what is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.service_egress import CHECK
from tests.unit.policy.rules.parts import body, put
from tests.unit.policy.rules.shipped import Json, failed, judged

TASKS = "aws_security_group.service-web_security-group"
OUT = "aws_vpc_security_group_egress_rule.service-web_egress-443"


def everything(document: Json) -> None:
    rule = body(document, OUT)
    rule["ip_protocol"] = "-1"
    del rule["from_port"], rule["to_port"]


def ports(first: int, last: int) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        body(document, OUT).update(from_port=first, to_port=last)

    return change


def old(**rule: object) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        said = {"type": "egress", "security_group_id": f"${{{TASKS}.id}}", **rule}
        document["resource"]["aws_security_group_rule"] = {"more": said}

    return change


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            everything,
            "aws_vpc_security_group_egress_rule.service-web_egress-443 lets out everything to 0.0.0.0/0",
            id="any protocol",
        ),
        pytest.param(ports(0, 65535), f"{OUT} lets out everything to 0.0.0.0/0", id="any port"),
        pytest.param(
            old(protocol="-1", from_port=0, to_port=0, cidr_blocks=["10.0.0.0/8"], ipv6_cidr_blocks=["::/0"]),
            "aws_security_group_rule.more lets out everything to 10.0.0.0/8, ::/0",
            id="the old way",
        ),
        pytest.param(
            put(TASKS, "egress", [{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]),
            f"{TASKS} lets out everything to 0.0.0.0/0",
            id="within the group",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {TASKS: message}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(ports(1024, 65535), id="a range"),
        pytest.param(old(protocol="-1", source_security_group_id="sg-1"), id="to one group"),
        pytest.param(old(type="ingress", protocol="-1", cidr_blocks=["0.0.0.0/0"]), id="inwards"),
    ],
)
def test_what_is_named_may_go_out(change: Callable[[Json], None]) -> None:
    assert not failed(CHECK, "prod", change)
