"""Only those who are invited see green before it takes traffic."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from harness.policy import releases
from harness.policy.check import Check
from harness.policy.environment import Environment
from harness.policy.rule import Rule
from harness.policy.values import is_true, items, number
from harness.terraform_json import Resource, blocks

_WHOLE_WORLD = {4: 8, 6: 16}
"""A network with a shorter prefix is more than anybody's own: 10.0.0.0/8 is the largest private one."""

_CIDRS = ("cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks")
_PREFIX_LISTS = ("prefix_list_id", "prefix_list_ids")
"""Nobody sees here what is in one: that of CloudFront lets in whoever has a distribution."""

_ANY_PROTOCOL = ("-1", "all")

_BALANCER = "aws_lb"


def _judge(resource: Resource, environment: Environment) -> Iterator[str]:
    if resource.type == _BALANCER:
        yield from _unguarded(resource, environment)
        return
    for group, ports in _guards(environment).items():
        for admitted in _admissions(resource, group, environment):
            public = [str(cidr) for key in _CIDRS for cidr in items(admitted.get(key)) if _public(cidr)]
            public += [str(each) for key in _PREFIX_LISTS for each in items(admitted.get(key))]
            open_ports = [port for port in sorted(ports) if _admits(admitted, port)]
            if public and open_ports:
                yield f"it lets {', '.join(public)} in to the test listener on port {', '.join(map(str, open_ports))}"


def _unguarded(balancer: Resource, environment: Environment) -> Iterator[str]:
    groups = items(balancer.body.get("security_groups"))
    if not environment.referred(groups):
        yield "it has no security group of this environment, so that nothing says who may use its test listener"
    elif unknown := [str(each) for each in groups if not environment.referred(each)]:
        yield f"its security group {', '.join(unknown)} is not of this environment, and may let anybody in"


def _guards(environment: Environment) -> dict[str, set[int]]:
    """The ports of test listeners that each security group guards, by its address."""
    guarded: dict[str, set[int]] = {}
    for balancer, port in _test_listeners(environment):
        for group in environment.referred(balancer.body.get("security_groups")):
            guarded.setdefault(group.address, set()).add(port)
    return guarded


def _test_listeners(environment: Environment) -> Iterator[tuple[Resource, int]]:
    """Load balancers that the internet reaches, and the port of a test listener of theirs."""
    for release in releases.every(environment):
        for listener in (releases.listener(route, environment) for route in release.test):
            port = number(listener.body.get("port"))
            for balancer in environment.referred(listener.body.get("load_balancer_arn")):
                if port is not None and not is_true(balancer.body.get("internal")):
                    yield balancer, port


def _admissions(resource: Resource, group: str, environment: Environment) -> list[dict[str, Any]]:
    """What the resource lets in to the security group."""
    if resource.type == "aws_security_group":
        return list(blocks(resource.body.get("ingress"))) if resource.address == group else []
    guarded = environment.referred(resource.body.get("security_group_id"))
    outwards = resource.body.get("type") == "egress"
    return [resource.body] if group in [each.address for each in guarded] and not outwards else []


def _public(cidr: object) -> bool:
    try:
        network = ipaddress.ip_network(str(cidr), strict=False)
    except ValueError:
        return False
    return network.prefixlen < _WHOLE_WORLD[network.version]


def _admits(admitted: dict[str, Any], port: int) -> bool:
    protocol = str(admitted.get("ip_protocol", admitted.get("protocol", ""))).lower()
    if protocol in _ANY_PROTOCOL:
        return True
    first, last = number(admitted.get("from_port")), number(admitted.get("to_port"))
    return first is None or last is None or first <= port <= last


def _guards_a_test_listener(resource: Resource, environment: Environment) -> bool:
    if resource.type == _BALANCER:
        return any(balancer.address == resource.address for balancer, _ in _test_listeners(environment))
    own = resource.type == "aws_security_group"
    guarded = (resource,) if own else environment.referred(resource.body.get("security_group_id"))
    return any(each.address in _guards(environment) for each in guarded)


CHECK = Check(
    Rule(
        id="CUT_LISTENER_TEST_NOT_PUBLIC",
        severity="high",
        title="The test listener is not open to the world",
        why="Anybody reads, and attacks, a version that nobody has released yet, without the checks that wait before "
        "it.",
        fix="Name the networks of those who test in test_cidrs; health checks and the smoke test need none.",
        link="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html",
        setting="load_balancer.test_cidrs",
    ),
    types=("aws_vpc_security_group_ingress_rule", "aws_security_group_rule", "aws_security_group", _BALANCER),
    judge=_judge,
    applies=_guards_a_test_listener,
)
