"""The load balancer reaches the tasks of a service on their port, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import deployments, network_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, number
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks


def _judge(service: Resource, environment: Environment) -> Iterator[str]:
    tasks, balancers = _guards(service, environment), _balancers_guards(service, environment)
    invited = {each.address for each in (*tasks, *balancers)}
    inwards = [each for guard in tasks for each in network_access.list_ingress(guard, environment)]
    outwards = [each for guard in balancers for each in network_access.list_egress(guard, environment)]
    for each in inwards:
        if others := [group for group in each.groups if group not in invited]:
            yield f"{each.said_by} lets in {', '.join(others)}, which is not the load balancer's"
    behind, before = {each.address for each in tasks}, {each.address for each in balancers}
    for port in _ports(service):
        if not any(each.reaches(port) and before.intersection(each.groups) for each in inwards):
            yield f"nothing lets the load balancer in on port {port}"
        if not any(each.reaches(port) and (each.addresses or behind.intersection(each.groups)) for each in outwards):
            yield f"nothing lets the load balancer out to it on port {port}"


def _ports(service: Resource) -> list[int]:
    found = (number(each.get("container_port")) for each in blocks(service.body.get("load_balancer")))
    return [port for port in found if port is not None]


def _guards(service: Resource, environment: Environment) -> tuple[Resource, ...]:
    return environment.referred(at(service.body, "network_configuration", "security_groups"))


def _balancers_guards(service: Resource, environment: Environment) -> list[Resource]:
    """The security groups of the load balancers that lead to the service."""
    groups = environment.referred(service.body.get("load_balancer"))
    routes = environment.resources("aws_lb_listener", "aws_lb_listener_rule")
    leading = [each for each in routes if any(group in groups for group in deployments.forwards_to(each, environment))]
    listeners = [deployments.listener(each, environment) for each in leading]
    balancers = environment.referred([each.body.get("load_balancer_arn") for each in listeners])
    return list(environment.referred([each.body.get("security_groups") for each in balancers]))


def _guarded(service: Resource, environment: Environment) -> bool:
    return bool(_guards(service, environment) and _balancers_guards(service, environment))


CHECK = Check(
    Rule(
        id="TEAL_SERVICE_INGRESS",
        severity="high",
        title="The load balancer reaches a service on its port, and nobody else does",
        why="Who reaches tasks otherwise, from a build for instance, meets no TLS, no web ACL and no access log; and "
        "where the load balancer does not reach them, their health checks fail and no release ever succeeds.",
        fix="Let the tasks' security group take requests on the container's port from the load balancer's alone, and "
        "let that one send them.",
        link="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html",
    ),
    types=("aws_ecs_service",),
    judge=_judge,
    applies=_guarded,
)
