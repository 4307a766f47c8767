"""The deployments of an environment: what moves the traffic of which service between which target groups, and in which steps.

With CodeDeploy it is a deployment group, with ECS's own blue/green it is the service itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tealform.policy.environment import Environment, at, items, number
from tealform.synth.terraform_json import Resource, blocks

TYPES = ("aws_codedeploy_deployment_group", "aws_ecs_service")

CODEDEPLOY = "aws_codedeploy_deployment_group"

_PREDEFINED = re.compile(r"CodeDeployDefault\.ECS(Canary|Linear)(\d+)Percent(?:Every)?(\d+)Minutes")
_BY_CODEDEPLOY = {
    "canary": ("time_based_canary", "percentage", "interval"),
    "linear": ("time_based_linear", "percentage", "interval"),
}
_BY_ECS = {
    "canary": ("canary_configuration", "canary_percent", "canary_bake_time_in_minutes"),
    "linear": ("linear_configuration", "step_percent", "step_bake_time_in_minutes"),
}


@dataclass(frozen=True)
class Deployment:
    """How one service is deployed.

    ``resource`` is the deployment group or the service. ``production`` and ``test`` are the listeners, or the listener
    rules, that it switches; ``alarms`` is its block about the alarms that roll it back. Values that do not refer to a
    resource of the environment are missing.
    """

    resource: Resource
    services: tuple[Resource, ...]
    target_groups: tuple[Resource, ...]
    production: tuple[Resource, ...]
    test: tuple[Resource, ...]
    alarms: dict[str, Any]

    @property
    def by_codedeploy(self) -> bool:
        """Whether CodeDeploy moves the traffic, not ECS."""
        return self.resource.type == CODEDEPLOY

    @property
    def names(self) -> list[Any]:
        """The alarms that it names, as they are written."""
        return items(self.alarms.get("alarms" if self.by_codedeploy else "alarm_names"))


def moves_traffic(resource: Resource, _environment: Environment) -> bool:
    """Return whether the resource, one of ``TYPES``, moves traffic itself."""
    return resource.type == CODEDEPLOY or controller(resource) != "CODE_DEPLOY"


def controller(service: Resource) -> str:
    """Return the deployment controller of a service; ECS is Terraform's default."""
    return str(at(service.body, "deployment_controller", "type") or "ECS")


def parse_deployment(resource: Resource, environment: Environment) -> Deployment:
    """Return the deployment that a resource, one of ``TYPES``, makes."""
    return _by_codedeploy(resource, environment) if resource.type == CODEDEPLOY else _by_ecs(resource, environment)


def list_deployments(environment: Environment) -> Iterator[Deployment]:
    """Yield every deployment of an environment."""
    for resource in environment.resources(*TYPES):
        if moves_traffic(resource, environment):
            yield parse_deployment(resource, environment)


def _by_codedeploy(group: Resource, environment: Environment) -> Deployment:
    pair = at(group.body, "load_balancer_info", "target_group_pair_info")
    groups = [at(each, "name") for each in blocks(at(pair, "target_group"))]
    return Deployment(
        group,
        _of_type(environment, at(group.body, "ecs_service", "service_name"), "aws_ecs_service"),
        _of_type(environment, groups, "aws_lb_target_group"),
        environment.referred(at(pair, "prod_traffic_route", "listener_arns")),
        environment.referred(at(pair, "test_traffic_route", "listener_arns")),
        next(blocks(group.body.get("alarm_configuration")), {}),
    )


def _by_ecs(service: Resource, environment: Environment) -> Deployment:
    balancer = service.body.get("load_balancer")
    turned = at(balancer, "advanced_configuration")
    groups = [at(balancer, "target_group_arn"), at(turned, "alternate_target_group_arn")]
    return Deployment(
        service,
        (service,),
        _of_type(environment, groups, "aws_lb_target_group"),
        environment.referred(at(turned, "production_listener_rule")),
        environment.referred(at(turned, "test_listener_rule")),
        next(blocks(service.body.get("alarms")), {}),
    )


def _of_type(environment: Environment, value: object, kind: str) -> tuple[Resource, ...]:
    return tuple(each for each in environment.referred(value) if each.type == kind)


def listener(route: Resource, environment: Environment) -> Resource:
    """Return the listener of a route: the one that a listener rule belongs to, else the route itself."""
    if route.type == "aws_lb_listener_rule":
        return next(iter(environment.referred(route.body.get("listener_arn"))), route)
    return route


def forwards_to(route: Resource, environment: Environment) -> tuple[Resource, ...]:
    """Return the target groups that a listener or a listener rule forwards to."""
    action = route.body.get("action" if route.type == "aws_lb_listener_rule" else "default_action")
    return _of_type(environment, action, "aws_lb_target_group")


@dataclass(frozen=True)
class TrafficShift:
    """Move ``percent`` of the traffic, and after ``minutes`` the rest, or as much again if ``linear``."""

    linear: bool
    percent: int
    minutes: int

    @property
    def whole_after(self) -> int:
        """The minutes after which all traffic is on green."""
        steps = -(-100 // self.percent)
        return self.minutes * (steps - 1 if self.linear else 1)


def parse_traffic_shift(deployment: Deployment, environment: Environment) -> TrafficShift | None:
    """Return the steps of a deployment; None if it moves all traffic at once, or does not say how."""
    if not deployment.by_codedeploy:
        return _parse_steps(at(deployment.resource.body, "deployment_configuration"), _BY_ECS)
    name = deployment.resource.body.get("deployment_config_name")
    if predefined := _PREDEFINED.fullmatch(str(name)):
        kind, percent, minutes = predefined.groups()
        return TrafficShift(kind == "Linear", int(percent), int(minutes))
    own = next(iter(environment.referred(name)), None)
    return _parse_steps(at(own.body, "traffic_routing_config"), _BY_CODEDEPLOY) if own else None


def _parse_steps(configuration: object, keys: Mapping[str, tuple[str, str, str]]) -> TrafficShift | None:
    for kind, (block, percent, minutes) in keys.items():
        values: tuple[Any, ...] = tuple(number(at(configuration, block, key)) for key in (percent, minutes))
        if values[0] and values[1] is not None:
            return TrafficShift(kind == "linear", *values)
    return None
