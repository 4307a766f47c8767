"""Which target group has how much of the traffic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.plan import state

_ALL = 100
"""The weight of a target group that is the only one."""


@dataclass(frozen=True)
class Route:
    """A listener or listener rule that forwards: to which target groups, with which weight, by ARN.

    ``production`` is whether it carries production traffic; one that nobody calls a test route does.
    """

    address: str
    arn: str
    production: bool
    weights: Mapping[str, int]


def of(plan: Mapping[str, Any]) -> list[Route]:
    """All routes there are, as they were when the plan looked: a release moves them."""
    tests = _test_routes(plan) - _production_routes(plan)
    found = []
    for kind, key in (("aws_lb_listener", "default_action"), ("aws_lb_listener_rule", "action")):
        for resource in state.resources(plan, kind):
            values = resource.values
            weights = dict(_weights(values, key))
            if weights:
                known_as = {values.get("arn"), values.get("listener_arn")}
                found.append(Route(resource.address, values.get("arn", ""), not known_as & tests, weights))
    return found


def _weights(values: Mapping[str, Any], key: str) -> Iterator[tuple[str, int]]:
    for action in state.blocks(values, key):
        if action.get("target_group_arn"):
            yield action["target_group_arn"], _ALL
        for group in state.blocks(action, "forward", "target_group"):
            # Where no weight is told there is one: the provider's default is 1.
            weight = group.get("weight")
            yield group["arn"], 1 if weight is None else weight


def _production_routes(plan: Mapping[str, Any]) -> set[str]:
    return {*_of_codedeploy(plan, "prod_traffic_route"), *_of_ecs(plan, "production_listener_rule")}


def _test_routes(plan: Mapping[str, Any]) -> set[str]:
    return {*_of_codedeploy(plan, "test_traffic_route"), *_of_ecs(plan, "test_listener_rule")}


def _of_codedeploy(plan: Mapping[str, Any], key: str) -> Iterator[str]:
    """The ARNs of listeners that a deployment group knows as ``key``."""
    for group in state.resources(plan, "aws_codedeploy_deployment_group"):
        for route in state.blocks(group.values, "load_balancer_info", "target_group_pair_info", key):
            yield from route.get("listener_arns") or ()


def _of_ecs(plan: Mapping[str, Any], key: str) -> Iterator[str]:
    """The ARNs of rules, and of listeners of a network load balancer, that a service knows as ``key``."""
    for service in state.resources(plan, "aws_ecs_service"):
        for advanced in state.blocks(service.values, "load_balancer", "advanced_configuration"):
            if advanced.get(key):
                yield advanced[key]
