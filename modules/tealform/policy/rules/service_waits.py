"""A service comes after what it needs, and goes before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tealform.policy import containers, deployments
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, items
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_POLICIES = ("aws_iam_role_policy", "aws_iam_role_policy_attachment")
_SECURITY_RULES = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")


def _judge(resource: Resource, environment: Environment) -> Iterator[str]:
    waits_for = {str(each) for each in items(resource.body.get("depends_on"))}
    needed = (
        _of_group(resource, environment)
        if resource.type == deployments.CODEDEPLOY
        else _of_service(resource, environment)
    )
    missing = [address for address in dict.fromkeys(each.address for each in needed) if address not in waits_for]
    if missing:
        yield f"depends_on lacks {', '.join(missing)}"


def _of_group(group: Resource, environment: Environment) -> Iterator[Resource]:
    yield from _policies(group.body.get("service_role_arn"), environment)


def _of_service(service: Resource, environment: Environment) -> Iterator[Resource]:
    yield from _routes(service, environment)
    yield from _policies(_roles(service, environment), environment)
    yield from _security_rules(service, environment)
    yield from _ways_out(service, environment)
    for cluster in environment.referred(service.body.get("cluster")):
        yield from environment.referring(cluster, "aws_ecs_cluster_capacity_providers", "cluster_name")
    for definition in environment.referred(service.body.get("task_definition")):
        yield from _log_groups(definition, environment)


def _routes(service: Resource, environment: Environment) -> Iterator[Resource]:
    """Every listener and rule that leads to one of the service's target groups."""
    made = (each for each in deployments.list_deployments(environment) if service in each.services)
    groups = {group for each in made for group in (group.address for group in each.target_groups)}
    for route in environment.resources("aws_lb_listener_rule", "aws_lb_listener"):
        if not groups.isdisjoint(group.address for group in deployments.forwards_to(route, environment)):
            yield route


def _roles(service: Resource, environment: Environment) -> list[Any]:
    """The roles by which ECS starts tasks, takes them out of target groups and calls functions, and the tasks' own."""
    hooks = blocks(at(service.body, "deployment_configuration", "lifecycle_hook"))
    return [
        at(service.body, "load_balancer", "advanced_configuration", "role_arn"),
        *(hook.get("role_arn") for hook in hooks),
        *(
            definition.body.get(role)
            for definition in environment.referred(service.body.get("task_definition"))
            for role in ("execution_role_arn", "task_role_arn")
        ),
    ]


def _policies(roles: object, environment: Environment) -> Iterator[Resource]:
    for role in environment.referred(roles):
        for kind in _POLICIES:
            yield from environment.referring(role, kind, "role")


def _security_rules(service: Resource, environment: Environment) -> Iterator[Resource]:
    for group in environment.referred(at(service.body, "network_configuration", "security_groups")):
        for kind in _SECURITY_RULES:
            yield from environment.referring(group, kind, "security_group_id")
            yield from environment.referring(group, kind, "referenced_security_group_id")


def _ways_out(service: Resource, environment: Environment) -> Iterator[Resource]:
    """The routes of its subnets, by which tasks pull images and say that they are well."""
    for subnet in environment.referred(at(service.body, "network_configuration", "subnets")):
        for association in environment.referring(subnet, "aws_route_table_association", "subnet_id"):
            for table in environment.referred(association.body.get("route_table_id")):
                yield from environment.referring(table, "aws_route", "route_table_id")


def _log_groups(definition: Resource, environment: Environment) -> Iterator[Resource]:
    if containers.has_readable_containers(definition, environment):
        for container in containers.parse_containers(definition):
            yield from containers.log_groups(container, environment)


CHECK = Check(
    Rule(
        id="TEAL_SERVICE_WAITS",
        severity="medium",
        title="Services and deployment groups wait for the routes, policies, rules and logs that they need",
        why="The first apply fails because a target group has no load balancer yet, or a role no policy; a destroy "
        "takes them away under tasks that are still draining, and hangs.",
        fix="Add them to depends_on.",
        link="https://developer.hashicorp.com/terraform/language/meta-arguments/depends_on",
    ),
    types=deployments.TYPES,
    judge=_judge,
)
