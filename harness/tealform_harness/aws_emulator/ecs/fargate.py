"""Which task definitions run on Fargate.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from moto.ecs.exceptions import EcsClientException

_GIB = 1024
SIZES: Mapping[int, Collection[int]] = {
    256: (512, 1024, 2048),
    512: range(1 * _GIB, 4 * _GIB + 1, _GIB),
    1024: range(2 * _GIB, 8 * _GIB + 1, _GIB),
    2048: range(4 * _GIB, 16 * _GIB + 1, _GIB),
    4096: range(8 * _GIB, 30 * _GIB + 1, _GIB),
    8192: range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB),
    16384: range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB),
}
"""From CPU units to the MiB of memory that go with them."""

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
    """Raises EcsClientException, as RegisterTaskDefinition does, if such a task cannot run on Fargate."""
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
    if _units(memory or "") not in SIZES.get(int(_units(cpu or "")), ()):
        raise EcsClientException(
            f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. "
            "See the Amazon ECS documentation for the valid values."
        )


def _units(size: str) -> float:
    """CPU units or MiB of «256», «0.25 vCPU», «512» or «0.5 GB»; 0 for anything else."""
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
