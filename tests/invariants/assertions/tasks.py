"""Tasks that Fargate runs, and builds that CodeBuild takes."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.invariants.assertions.document import REFERENCE, Body, bodies, plain

_GIB = 1024
# CPU units, the least and the most memory in GiB, and the steps between; 256 units take half a GiB too.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
_MEMORY = {
    256: (1, 2, 1),
    512: (1, 4, 1),
    1024: (2, 8, 1),
    2048: (4, 16, 1),
    4096: (8, 30, 1),
    8192: (16, 60, 4),
    16384: (32, 120, 8),
}
_ID = "subnet-0123456789abcdef0"


def sizes_are_fargates(document: Body) -> Iterator[str]:
    """CPU and memory go with each other."""
    for name, task in bodies(document, "aws_ecs_task_definition").items():
        cpu, memory = int(task["cpu"]), int(task["memory"])
        low, high, step = _MEMORY.get(cpu, (0, -1, 1))
        gibs, rest = divmod(memory, _GIB)
        if (cpu, memory) != (256, 512) and (rest or gibs not in range(low, high + 1, step)):
            yield f"{name}: {memory} MiB with {cpu} CPU units"


def containers_are_whole(document: Body) -> Iterator[str]:
    """Container definitions are JSON, and say the port that the service gives the load balancer."""
    services = bodies(document, "aws_ecs_service").values()
    for name, task in bodies(document, "aws_ecs_task_definition").items():
        try:
            (container,) = json.loads(task["container_definitions"])
        except ValueError:
            yield f"{name}: {task['container_definitions'][:60]} is not one container in JSON"
            continue
        ports = {(container["name"], each["containerPort"]) for each in container["portMappings"]}
        for service in services:
            if service["task_definition"] == f"${{aws_ecs_task_definition.{name}.arn}}":
                (balanced,) = service["load_balancer"]
                if (balanced["container_name"], balanced["container_port"]) not in ports:
                    yield f"{name}: {ports} and not what the load balancer is given"
        mounted = [each["sourceVolume"] for each in container["mountPoints"]]
        if sorted(mounted) != sorted(each["name"] for each in task.get("volume", [])):
            yield f"{name}: {mounted} are not its volumes"
        if twice := {each["name"] for each in container["environment"]} & {
            each["name"] for each in container["secrets"]
        }:
            yield f"{name}: {sorted(twice)} are both plain and secret"


def capacity_can_be_placed(document: Body) -> Iterator[str]:
    """Some provider has a share, one at most has a base, and none is named twice."""
    for name, service in bodies(document, "aws_ecs_service").items():
        strategy = service["capacity_provider_strategy"]
        providers = [each["capacity_provider"] for each in strategy]
        based = [each for each in strategy if each["base"]]
        if not any(each["weight"] for each in strategy) or len(set(providers)) != len(providers) or len(based) > 1:
            yield f"{name}: {strategy}"


def build_variables_fit(document: Body) -> Iterator[str]:
    """A variable is there once, not empty, and holds 4096 characters at most."""
    for name, project in bodies(document, "aws_codebuild_project").items():
        variables = project["environment"].get("environment_variable", [])
        given = [each["name"] for each in variables]
        if len(set(given)) != len(given):
            yield f"{name}: a variable stands twice in {given}"
        for variable in variables:
            text = plain(REFERENCE.sub(_ID, variable["value"]))
            if len(text) > 4096:
                yield f"{name}: {variable['name']} has {len(text)} characters"


ALL = (sizes_are_fargates, containers_are_whole, capacity_can_be_placed, build_variables_fit)
