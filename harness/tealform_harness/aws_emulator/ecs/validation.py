"""What RegisterTaskDefinition, CreateService and UpdateService refuse.

Fargate: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from moto.ecs.exceptions import EcsClientException, InvalidParameterException
from moto.ecs.models import Service, TaskDefinition
from moto.elbv2.models import FakeTargetGroup

from tealform.settings.service import FARGATE_MEMORY
from tealform_harness.aws_emulator.ecs.service_deployment import strategy

_UNSUPPORTED = ("privileged", "links", "extraHosts", "dockerSecurityOptions", "disableNetworking")
_UNSUPPORTED_IN_LINUX = ("devices", "sharedMemorySize", "tmpfs", "maxSwap", "swappiness")


def check_fargate(
    cpu: str | None,
    memory: str | None,
    network_mode: str | None,
    execution_role_arn: str | None,
    placement_constraints: Sequence[Mapping[str, Any]] | None,
    containers: Sequence[Mapping[str, Any]],
) -> None:
    """Raise EcsClientException, as RegisterTaskDefinition does, if such a task cannot run on Fargate."""
    if network_mode != "awsvpc":
        raise EcsClientException("Fargate only supports network mode ‘awsvpc’.")
    _check_fargate_size(cpu, memory)
    if placement_constraints:
        raise _unsupported("placement constraints")
    for container in containers:
        _check_fargate_container(container, int(_units(memory or "")))
    if not execution_role_arn:
        _check_without_execution_role(containers)


def _check_fargate_size(cpu: str | None, memory: str | None) -> None:
    for name, value in (("cpu", cpu), ("memory", memory)):
        if not value:
            raise EcsClientException(f"Fargate requires that '{name}' be defined at the task level.")
    if _units(memory or "") not in FARGATE_MEMORY.get(int(_units(cpu or "")), ()):
        raise EcsClientException(
            f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. "
            "See the Amazon ECS documentation for the valid values."
        )


def _units(size: str) -> float:
    """CPU units or MiB of "256", "0.25 vCPU", "512" or "0.5 GB"; 0 for anything else."""
    number = size.lower().removesuffix("vcpu").removesuffix("gb").strip()
    try:
        return float(number) if number == size else float(number) * 1024
    except ValueError:
        return 0


def _check_fargate_container(container: Mapping[str, Any], task_memory: int) -> None:
    for name in _UNSUPPORTED:
        if container.get(name):
            raise _unsupported(name)
    for name in _UNSUPPORTED_IN_LINUX:
        if container.get("linuxParameters", {}).get(name):
            raise _unsupported(name)
    if container.get("memory", 0) > task_memory:
        raise EcsClientException("The 'memory' setting for container is greater than for the task.")
    for mapping in container.get("portMappings", []):
        if mapping.get("hostPort", mapping["containerPort"]) != mapping["containerPort"]:
            message = "When networkMode=awsvpc, the host ports and container ports in port mappings must match."
            raise EcsClientException(message)


def _check_without_execution_role(containers: Sequence[Mapping[str, Any]]) -> None:
    for container in containers:
        if container.get("secrets"):
            raise EcsClientException(
                "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."
            )
        if container.get("logConfiguration", {}).get("logDriver") == "awslogs":
            raise _needs_execution_role("log driver awslogs")
        if ".dkr.ecr." in container.get("image", ""):
            raise _needs_execution_role("ECR images")


def _unsupported(feature: str) -> EcsClientException:
    return EcsClientException(f"Fargate compatible task definitions do not support {feature}")


def _needs_execution_role(feature: str) -> EcsClientException:
    return EcsClientException(f"Fargate requires task definition to have execution role ARN to support {feature}.")


Definitions = list[dict[str, Any]]

_FARGATE = ("FARGATE", "FARGATE_SPOT")

_TRANSITIONS = (("CODE_DEPLOY", "ECS"), ("CODE_DEPLOY", "EXTERNAL"), ("ECS", "EXTERNAL"), ("EXTERNAL", "ECS"))

# Owned by CodeDeploy: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
_OWNED_BY_CODEDEPLOY = {
    "task_definition": "Unable to update task definition",
    "load_balancers": "Unable to update load balancers",
    "network_configuration": "Unable to update network parameters",
    "platform_version": "Unable to update platform version",
    "capacity_provider_strategy": "Unable to update capacity providers",
    "force_new_deployment": "Cannot force a new deployment",
}


def check_task_definition(task_definition: TaskDefinition, network_configuration: Mapping[str, Any] | None) -> None:
    """A service runs active task definitions only, and awsvpc ones need subnets."""
    if task_definition.status != "ACTIVE":
        raise EcsClientException("TaskDefinition is inactive")
    if task_definition.network_mode == "awsvpc" and not network_configuration:
        raise InvalidParameterException(
            "Network Configuration must be provided when networkMode 'awsvpc' is specified."
        )


def check_load_balancer(
    load_balancer: Mapping[str, Any], task_definition: TaskDefinition, group: FakeTargetGroup | None
) -> None:
    """The container and port must be the task definition's, and the target group must hang on a load balancer."""
    check_container(task_definition, load_balancer["containerName"], load_balancer["containerPort"])
    arn = load_balancer.get("targetGroupArn")
    if arn and group is None:
        raise InvalidParameterException(f"Unable to find target group with targetGroupArn {arn}.")
    if group and task_definition.network_mode == "awsvpc" and group.target_type != "ip":
        raise InvalidParameterException(
            f"The provided target group {arn} has target type {group.target_type}, which is incompatible with the "
            "awsvpc network mode specified in the task definition."
        )
    if group and not group.load_balancer_arns:
        message = f"The target group with targetGroupArn {arn} does not have an associated load balancer."
        raise InvalidParameterException(message)


def check_container(task_definition: TaskDefinition, name: str, port: int) -> None:
    """Raise InvalidParameterException unless the task definition has such a container with such a port."""
    ports = {
        each["name"]: each.get("portMappings") for each in cast(Definitions, task_definition.container_definitions)
    }
    if name not in ports:
        raise InvalidParameterException(f"The container {name} does not exist in the task definition.")
    if all(mapping["containerPort"] != port for mapping in ports[name] or []):
        raise InvalidParameterException(f"The container {name} did not have a container port {port} defined.")


def check_capacity(
    strategy: Sequence[Mapping[str, Any]], launch_type: str | None, of_cluster: Sequence[str] | None
) -> None:
    """A strategy excludes a launch type, and names providers of the cluster only."""
    if strategy and launch_type:
        raise InvalidParameterException(
            "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again."
        )
    for item in strategy:
        if item["capacityProvider"] not in (of_cluster or []):
            raise InvalidParameterException(
                f"The specified capacity provider '{item['capacityProvider']}' was not found."
            )


def check_update(service: Service, changes: Mapping[str, Any]) -> None:
    """Raise InvalidParameterException for what only CodeDeploy may change on ``service``."""
    if (changes.get("deployment_controller") or service.deployment_controller)["type"] != "CODE_DEPLOY":
        return
    for name, refusal in _OWNED_BY_CODEDEPLOY.items():
        if changes.get(name):
            raise InvalidParameterException(
                f"{refusal} on services with a CODE_DEPLOY deployment controller. "
                "Use AWS CodeDeploy to trigger a new deployment."
            )


def check_controller(service: Service, changes: Mapping[str, Any], under_way: bool) -> None:
    """Raise InvalidParameterException for a change of the deployment controller that is none of the valid transitions.

    ``under_way`` says whether a service deployment is. The words are not AWS's, which are not documented.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-parameters.html
    """
    before = service.deployment_controller["type"]
    after = (changes.get("deployment_controller") or service.deployment_controller)["type"]
    if after == before:
        return
    if under_way or len(service.task_sets) > 1:
        message = "You can't update the deployment controller of a service during an ongoing service deployment."
        raise InvalidParameterException(message)
    if (before, after) not in _TRANSITIONS:
        raise InvalidParameterException(f"The deployment controller can't be updated from {before} to {after}.")
    if after != "ECS":
        raise NotImplementedError(f"the deployment controller {after}")


def check_strategy(before: Mapping[str, Any], after: Mapping[str, Any], under_way: bool) -> None:
    """Raise InvalidParameterException for a change between rolling and blue/green in the middle of a deployment.

    The words are not AWS's, which are not documented.
    """
    rolling = strategy.get_strategy(before) == strategy.ROLLING, strategy.get_strategy(after) == strategy.ROLLING
    if under_way and len(set(rolling)) > 1:
        message = "You can't update the deployment strategy of a service during an ongoing service deployment."
        raise InvalidParameterException(message)


def runs_on_fargate(launch_type: str | None, strategy: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the tasks of such a service run on Fargate."""
    return launch_type == "FARGATE" or any(item["capacityProvider"] in _FARGATE for item in strategy)
