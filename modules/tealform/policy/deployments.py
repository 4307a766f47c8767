"""The releases of an environment: what moves the traffic of which service from which target group to which.

With CodeDeploy it is a deployment group, with ECS's own blue/green it is the service itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tealform.policy.environment import Environment
from tealform.policy.json_access import at, items
from tealform.synth.terraform_json import Resource, blocks

TYPES = ("aws_codedeploy_deployment_group", "aws_ecs_service")

CODEDEPLOY = "aws_codedeploy_deployment_group"


@dataclass(frozen=True)
class Deployment:
    """``resource`` is the deployment group or the service. The routes are the listeners, or the listener rules, that it
    turns; ``alarms`` is what it says of the alarms that roll it back.

    What does not refer to a resource of the environment is missing here.
    """

    resource: Resource
    services: tuple[Resource, ...]
    target_groups: tuple[Resource, ...]
    production: tuple[Resource, ...]
    test: tuple[Resource, ...]
    alarms: dict[str, Any]

    @property
    def by_codedeploy(self) -> bool:
        """Whether CodeDeploy moves the traffic, and not ECS."""
        return self.resource.type == CODEDEPLOY

    @property
    def names(self) -> list[Any]:
        """The alarms that are named, as they stand there."""
        return items(self.alarms.get("alarms" if self.by_codedeploy else "alarm_names"))


def moves_traffic(resource: Resource, _environment: Environment) -> bool:
    """Whether the resource, one of ``TYPES``, moves traffic itself."""
    return resource.type == CODEDEPLOY or controller(resource) != "CODE_DEPLOY"


def controller(service: Resource) -> str:
    """The deployment controller of a service; ECS is Terraform's default."""
    return str(at(service.body, "deployment_controller", "type") or "ECS")


def parse_deployment(resource: Resource, environment: Environment) -> Deployment:
    """The release that a resource, one of ``TYPES``, makes."""
    return _by_codedeploy(resource, environment) if resource.type == CODEDEPLOY else _by_ecs(resource, environment)


def list_deployments(environment: Environment) -> Iterator[Deployment]:
    """All of them."""
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
    """The listener of a route: of a rule the one that it belongs to, else the route itself."""
    if route.type == "aws_lb_listener_rule":
        return next(iter(environment.referred(route.body.get("listener_arn"))), route)
    return route


def forwards_to(route: Resource, environment: Environment) -> tuple[Resource, ...]:
    """The target groups that a listener or a rule forwards to."""
    action = route.body.get("action" if route.type == "aws_lb_listener_rule" else "default_action")
    return _of_type(environment, action, "aws_lb_target_group")
