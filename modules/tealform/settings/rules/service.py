"""Settings of one service that go with each other, and that Fargate can run."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.settings.environment import Environment
from tealform.settings.errors import Path_
from tealform.settings.release_templates import (
    CODEBUILD_VARIABLE_LENGTH,
    environment_json,
    mount_points_json,
    secrets_json,
)
from tealform.settings.rules.violation import Conflict
from tealform.settings.service import FARGATE_MEMORY

_SHORTER = {
    "environment": "move values to one secret or parameter that the application reads",
    "secrets": "move values to one secret or parameter that the application reads",
    "writable_paths": "give fewer, or folders that hold them",
}


def memory(environment: Environment, name: str) -> Iterator[Conflict]:
    """Fargate offers certain sizes of memory for each size of CPU."""
    for key, service in environment.service.items():
        sizes = FARGATE_MEMORY[service.cpu]
        if service.memory not in sizes:
            yield Conflict(
                ("service", key, "memory"),
                f"{service.memory} MiB does not go with cpu = {service.cpu}; use {_series(sizes)}",
                (("service", key, "cpu"),),
            )


def _series(sizes: tuple[int, ...]) -> str:
    if len(sizes) <= 4:
        return ", ".join(map(str, sizes))
    return f"{sizes[0]} to {sizes[-1]} in steps of {sizes[1] - sizes[0]}"


def tasks(environment: Environment, name: str) -> Iterator[Conflict]:
    """The most tasks are not fewer than the fewest."""
    for key, service in environment.service.items():
        path: Path_ = ("service", key, "tasks")
        if service.tasks.max < service.tasks.min:
            message = f"{service.tasks.max} is less than min, {service.tasks.min}"
            yield Conflict((*path, "max"), message, ((*path, "min"),))


def capacity(environment: Environment, name: str) -> Iterator[Conflict]:
    """Something has a share, and the base has one: ECS places nothing on a share of 0.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
    """
    for key, service in environment.service.items():
        path: Path_ = ("service", key, "capacity")
        about: tuple[Path_, ...] = tuple((*path, part) for part in ("base", "on_demand", "spot"))
        if service.capacity.on_demand == 0 and service.capacity.spot == 0:
            yield Conflict((*path, "spot"), "on_demand and spot are both 0; one of them must be at least 1", about)
        elif service.capacity.base and service.capacity.on_demand == 0:
            message = "base is on demand, so on_demand must be at least 1: ECS places nothing on a share of 0"
            yield Conflict((*path, "on_demand"), message, about)


def health_check(environment: Environment, name: str) -> Iterator[Conflict]:
    """An answer is awaited for less time than passes between two calls, and ranges of codes go upwards."""
    for key, service in environment.service.items():
        path: Path_ = ("service", key, "health_check")
        check = service.health_check
        if check.timeout >= check.interval:
            message = f"{check.timeout} is not less than interval, {check.interval}"
            yield Conflict((*path, "timeout"), message, ((*path, "interval"),))
        for codes in check.status.split(","):
            low, _, high = codes.partition("-")
            if high and int(low) > int(high):
                yield Conflict((*path, "status"), f"{codes} goes downwards; use {high}-{low}")


def secrets(environment: Environment, name: str) -> Iterator[Conflict]:
    """A variable comes from one place."""
    for key, service in environment.service.items():
        for variable in sorted(service.secrets.keys() & service.environment.keys()):
            yield Conflict(
                ("service", key, "secrets", variable),
                "is in environment too; keep one",
                (("service", key, "environment", variable),),
            )


def ecs_exec(environment: Environment, name: str) -> Iterator[Conflict]:
    """ECS Exec needs a writable root: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html"""
    for key, service in environment.service.items():
        if service.exec and service.read_only_root_filesystem:
            yield Conflict(
                ("service", key, "exec"),
                "ECS Exec's agent writes to the root file system; set read_only_root_filesystem = false with it",
                (("service", key, "read_only_root_filesystem"),),
            )


def egress(environment: Environment, name: str) -> Iterator[Conflict]:
    """Fargate pulls images, reads secrets and writes logs from the task's own network interface."""
    for key, service in environment.service.items():
        if 443 not in service.egress_ports:
            yield Conflict(
                ("service", key, "egress_ports"),
                "443 is missing; without it no task reaches ECR, Secrets Manager or CloudWatch Logs, and none starts",
            )


def contract_size(environment: Environment, name: str) -> Iterator[Conflict]:
    """What travels with a release as one CodeBuild variable fits into one.

    CodeBuild's answer to more: «EnvironmentVariable should be at most 4096 characters».
    """
    for key, service in environment.service.items():
        for part, text in (
            ("environment", environment_json(service.environment)),
            ("secrets", secrets_json(service.secrets)),
            ("writable_paths", mount_points_json(service.writable_paths)),
        ):
            if len(text) > CODEBUILD_VARIABLE_LENGTH:
                yield Conflict(
                    ("service", key, part),
                    f"takes {len(text)} characters in the release contract; CodeBuild's variables hold "
                    f"{CODEBUILD_VARIABLE_LENGTH}: {_SHORTER[part]}",
                )


RULES = (memory, tasks, capacity, health_check, secrets, ecs_exec, egress, contract_size)
