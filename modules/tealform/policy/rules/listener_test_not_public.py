"""Only those who are invited see green before it takes traffic."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from tealform.policy import deployments, network_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment, is_true, items, number, references
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_WHOLE_WORLD = {4: 8, 6: 16}
"""A network with a shorter prefix is more than anybody's own: 10.0.0.0/8 is the largest private one."""

_BALANCER = "aws_lb"


def _judge(resource: Resource, environment: Environment) -> Iterator[str]:
    if resource.type == _BALANCER:
        yield from _unguarded(resource, environment)
        return
    for group, ports in _guards(environment):
        for admitted in network_access.list_ingress(group, environment):
            public = [each for each in admitted.addresses if _public(each)]
            open_ports = [str(port) for port in sorted(ports) if admitted.reaches(port)]
            if admitted.said_by == resource.address and public and open_ports:
                yield f"it lets {', '.join(public)} in to the test listener on port {', '.join(open_ports)}"


def _unguarded(balancer: Resource, environment: Environment) -> Iterator[str]:
    groups = items(balancer.body.get("security_groups"))
    if not environment.referred(groups):
        yield "it has no security group of this environment, so that nothing says who may use its test listener"
    elif unknown := [str(each) for each in groups if not environment.referred(each)]:
        yield f"its security group {', '.join(unknown)} is not of this environment, and may let anybody in"


def _guards(environment: Environment) -> list[tuple[Resource, set[int]]]:
    """The security groups that guard test listeners, each with their ports."""
    guarded: dict[str, set[int]] = {}
    for balancer, port in _test_listeners(environment):
        for group in environment.referred(balancer.body.get("security_groups")):
            guarded.setdefault(group.address, set()).add(port)
    return [(found, ports) for address, ports in guarded.items() if (found := environment.get(address))]


def _test_listeners(environment: Environment) -> Iterator[tuple[Resource, int]]:
    """Load balancers that the internet reaches, and the port of a test listener of theirs."""
    for release in deployments.list_deployments(environment):
        for listener in (deployments.listener(route, environment) for route in release.test):
            port = number(listener.body.get("port"))
            for balancer in environment.referred(listener.body.get("load_balancer_arn")):
                if port is not None and not is_true(balancer.body.get("internal")):
                    yield balancer, port


def _public(place: str) -> bool:
    """Whether it is a network of more than anybody's own, or a list: nobody sees here what is in one, and CloudFront's
    lets in whoever has a distribution.
    """
    try:
        network = ipaddress.ip_network(place, strict=False)
    except ValueError:
        return place.startswith("pl-") or bool(references(place))
    return network.prefixlen < _WHOLE_WORLD[network.version]


def _guards_a_test_listener(resource: Resource, environment: Environment) -> bool:
    if resource.type == _BALANCER:
        return any(balancer.address == resource.address for balancer, _ in _test_listeners(environment))
    own = resource.type == "aws_security_group"
    guarded = (resource,) if own else environment.referred(resource.body.get("security_group_id"))
    return any(group in guarded for group, _ in _guards(environment))


CHECK = Check(
    Rule(
        id="TEAL_LISTENER_TEST_NOT_PUBLIC",
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
