"""The load balancer sends to a container and a port that the task has."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import containers
from tealform.policy.check import Check
from tealform.policy.environment import Environment, number, shown
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks


def _judge(service: Resource, environment: Environment) -> Iterator[str]:
    definitions = environment.referred(service.body.get("task_definition"))
    found = [each for each in definitions if containers.has_readable_containers(each, environment)]
    if not found:
        yield "its task_definition is none of this environment, or its containers cannot be read"
        return
    ports = {str(each.get("name")): _ports(each) for each in containers.parse_containers(found[0])}
    balancers = list(blocks(service.body.get("load_balancer")))
    if not balancers:
        yield "it has no load_balancer"
    for balancer in balancers:
        yield from _mismatch(shown(balancer.get("container_name")), number(balancer.get("container_port")), ports)


def _mismatch(name: str, port: int | None, ports: dict[str, list[int | None]]) -> Iterator[str]:
    if name not in ports:
        yield f"load_balancer.container_name is {name}; the containers are {', '.join(ports)}"
    elif port is None or port not in ports[name]:
        has = ", ".join(map(str, ports[name])) or "no port"
        yield f"load_balancer.container_port is {shown(port)}; container {name} has {has}"


def _ports(container: dict[str, object]) -> list[int | None]:
    return [number(each.get("containerPort")) for each in blocks(container.get("portMappings"))]


CHECK = Check(
    Rule(
        id="TEAL_SERVICE_CONTAINER",
        severity="high",
        title="The load balancer sends to a container and port of the task definition",
        why="ECS refuses to create the service, or CodeDeploy every release of it.",
        fix="Give load_balancer the name of a container and the containerPort of one of its portMappings.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LoadBalancer.html",
        setting="service.<name>.port",
    ),
    types=("aws_ecs_service",),
    judge=_judge,
)
