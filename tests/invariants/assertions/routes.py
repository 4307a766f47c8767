"""Each color is behind the load balancer, which reaches its tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.invariants.assertions.document import Body, find_resources, follow, invariant, parse_reference


def list_target_groups(actions: list[Body]) -> list[str]:
    """Return the target groups that actions forward to, by address."""
    groups: list[Any] = []
    for action in actions:
        groups += [
            action.get("target_group_arn"),
            *(each["arn"] for each in action.get("forward", {}).get("target_group", [])),
        ]
    return [parse_reference(each) for each in groups if each]


def find_pair(document: Body, service: Body) -> list[str]:
    """Return the two target groups of a service's releases, by address."""
    (balanced,) = service["load_balancer"]
    if service["deployment_controller"]["type"] == "ECS":
        groups = [
            balanced["target_group_arn"],
            balanced.get("advanced_configuration", {}).get("alternate_target_group_arn"),
        ]
    else:
        groups = [each["name"] for info in _infos(document, service) for each in info["target_group"]]
    return [parse_reference(group) for group in groups]


def _infos(document: Body, service: Body) -> list[Body]:
    return [
        group["load_balancer_info"]["target_group_pair_info"]
        for group in find_resources(document, "aws_codedeploy_deployment_group").values()
        if follow(document, group["ecs_service"]["service_name"]) is service
    ]


def _list_routes(document: Body) -> Iterator[tuple[str, str, str]]:
    """Yield target group, listener and load balancer of each route of traffic, by address."""
    for name, listener in find_resources(document, "aws_lb_listener").items():
        for group in list_target_groups(listener["default_action"]):
            yield group, f"aws_lb_listener.{name}", parse_reference(listener["load_balancer_arn"])
    for rule in find_resources(document, "aws_lb_listener_rule").values():
        for group in list_target_groups(rule["action"]):
            listener = follow(document, rule["listener_arn"])
            yield group, parse_reference(rule["listener_arn"]), parse_reference(listener.get("load_balancer_arn"))


@invariant
def pairs_share_a_load_balancer(document: Body) -> Iterator[str]:
    """A service has two groups behind one load balancer, with a route to blue, and to green where it is tested."""
    routes = list(_list_routes(document))
    for name, service in find_resources(document, "aws_ecs_service").items():
        groups = find_pair(document, service)
        if len(set(groups)) != 2 or not all(groups):
            yield f"{name}: {groups} are no two target groups"
            continue
        if parse_reference(service["load_balancer"][0]["target_group_arn"]) != groups[0]:
            yield f"{name}: its tasks begin in another group than {groups[0]}"
        if len({balancer for group, _, balancer in routes if group in groups}) > 1:
            yield f"{name}: its groups stand on several load balancers"
        infos = _infos(document, service)
        tested = not infos or any("test_traffic_route" in info for info in infos)
        for group in groups if tested else groups[:1]:
            if group not in {each for each, _, _ in routes}:
                yield f"{name}: no listener leads to {group}, which would never be checked"


@invariant
def listeners_match_codedeploy(document: Body) -> Iterator[str]:
    """CodeDeploy finds the color with the traffic behind the production listener, and green behind the test listener."""
    routes = list(_list_routes(document))
    for name, service in find_resources(document, "aws_ecs_service").items():
        for info in _infos(document, service):
            blue, green = find_pair(document, service)
            for route, expected in (("prod_traffic_route", blue), ("test_traffic_route", green)):
                for arn in info.get(route, {}).get("listener_arns", []):
                    found = {group for group, listener, _ in routes if listener == parse_reference(arn)} & {blue, green}
                    if found != {expected}:
                        yield f"{name}: {route} leads to {sorted(found)}, not to {expected}"


@invariant
def priorities_differ(document: Body) -> Iterator[str]:
    """Each rule of a listener has a unique priority, from 1 to 50000."""
    rules = find_resources(document, "aws_lb_listener_rule").values()
    for (listener, priority), count in Counter((rule["listener_arn"], rule["priority"]) for rule in rules).items():
        if count > 1:
            yield f"{count} rules of {listener} have priority {priority}"
        if not 1 <= priority <= 50000:
            yield f"{priority} is no priority"


@invariant
def ports_differ(document: Body) -> Iterator[str]:
    """Each listener of a load balancer has a port of its own."""
    listeners = find_resources(document, "aws_lb_listener").values()
    for (balancer, port), count in Counter((each["load_balancer_arn"], each["port"]) for each in listeners).items():
        if count > 1:
            yield f"{count} listeners of {balancer} listen on {port}"


@invariant
def load_balancer_reaches_tasks(document: Body) -> Iterator[str]:
    """Security groups let the load balancer reach the tasks on the port of the target groups, in both directions."""
    balancers = {
        group for balancer in find_resources(document, "aws_lb").values() for group in balancer["security_groups"]
    }
    for name, service in find_resources(document, "aws_ecs_service").items():
        (balanced,) = service["load_balancer"]
        port = balanced["container_port"]
        for direction, own, other in (
            ("ingress", set(service["network_configuration"]["security_groups"]), balancers),
            ("egress", balancers, set(service["network_configuration"]["security_groups"])),
        ):
            rules = find_resources(document, f"aws_vpc_security_group_{direction}_rule").values()
            if not any(
                rule["security_group_id"] in own
                and rule.get("referenced_security_group_id") in other
                and rule["from_port"] <= port <= rule["to_port"]
                for rule in rules
            ):
                yield f"{name}: no {direction} rule lets the load balancer reach port {port}"
