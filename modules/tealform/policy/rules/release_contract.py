"""What a release fills in is what Terraform has said of the service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tealform.policy import containers
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, items, number, shown
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_FAMILY = "TASK_FAMILY"


def _judge(project: Resource, environment: Environment) -> Iterator[str]:
    told = _variables(project)
    for definition in _of_family(told, environment):
        for name, value in _facts(definition).items():
            if name in told and shown(told[name]).lower() != shown(value).lower():
                yield f"{name} is {shown(told[name])}, and {definition.address} says {shown(value)}"
        for owner, name, listed in _lists(definition, environment):
            # What a list holds is not quoted: where the ARN of a secret is meant may stand the secret.
            if name in told and _alike(told[name]) != _alike(json.dumps(listed)):
                yield f"{name} differs from what {owner.address} says"


def _variables(project: Resource) -> dict[str, Any]:
    found = blocks(at(project.body, "environment", "environment_variable"))
    return {str(each.get("name")): each.get("value") for each in found}


def _of_family(told: dict[str, Any], environment: Environment) -> list[Resource]:
    return [
        each
        for each in environment.resources("aws_ecs_task_definition")
        if each.body.get("family") == told.get(_FAMILY, "") and containers.has_readable_containers(each, environment)
    ]


def _facts(definition: Resource) -> dict[str, object]:
    """The variables of the release contract whose values the task definition knows."""
    body, container = definition.body, next(iter(containers.parse_containers(definition)), {})
    ports = [each.get("containerPort") for each in blocks(container.get("portMappings"))]
    return {
        "CONTAINER_NAME": container.get("name"),
        "CONTAINER_PORT": ports[0] if ports else None,
        "CPU_ARCHITECTURE": at(body, "runtime_platform", "cpu_architecture") or "X86_64",
        "EXECUTION_ROLE_ARN": body.get("execution_role_arn"),
        "LOG_GROUP": containers.log_group(container),
        "READ_ONLY_ROOT_FILESYSTEM": container.get("readonlyRootFilesystem", False),
        "TASK_CPU": body.get("cpu"),
        "TASK_MEMORY": body.get("memory"),
        "TASK_ROLE_ARN": body.get("task_role_arn"),
    }


def _lists(definition: Resource, environment: Environment) -> Iterator[tuple[Resource, str, list[Any]]]:
    """The variables that are lists, each with whose it is: the container's own, and where and on what tasks run."""
    container = next(iter(containers.parse_containers(definition)), {})
    yield definition, "CONTAINER_ENVIRONMENT", items(container.get("environment"))
    yield definition, "CONTAINER_SECRETS", items(container.get("secrets"))
    yield definition, "MOUNT_POINTS", items(container.get("mountPoints"))
    for service in environment.referring(definition, "aws_ecs_service", "task_definition"):
        network = service.body.get("network_configuration")
        yield (
            service,
            "CAPACITY_PROVIDER_STRATEGY",
            [_as_ecs_has_it(each) for each in blocks(service.body.get("capacity_provider_strategy"))],
        )
        yield service, "SECURITY_GROUPS", items(at(network, "security_groups"))
        yield service, "SUBNETS", items(at(network, "subnets"))


def _as_ecs_has_it(provider: dict[str, Any]) -> dict[str, Any]:
    return {
        "Base": number(provider.get("base")) or 0,
        "CapacityProvider": provider.get("capacity_provider"),
        "Weight": number(provider.get("weight")) or 0,
    }


def _alike(text: object) -> object:
    """A list in a form in which its order says nothing; what is none as it stands."""
    try:
        return sorted(json.dumps(each, sort_keys=True) for each in items(json.loads(str(text))))
    except ValueError:
        return text


def _fills_in(project: Resource, environment: Environment) -> bool:
    return bool(_of_family(_variables(project), environment))


CHECK = Check(
    Rule(
        id="TEAL_RELEASE_CONTRACT",
        severity="high",
        title="The build fills in taskdef.json with what Terraform says of the task",
        why="The first release replaces Terraform's task definition with another one: on the wrong port or processor "
        "no green becomes well, and a role or file system that was closed is open.",
        fix="Run `tealform synth`: it generates the variables of the build and the task definition from the same settings.",
        link="https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html",
        setting="service.<name>",
    ),
    types=("aws_codebuild_project",),
    judge=_judge,
    applies=_fills_in,
)
