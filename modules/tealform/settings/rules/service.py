"""Services that Fargate can run, that autoscaling can scale, and that the load balancer can tell apart."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from tealform.settings.environment import Environment
from tealform.settings.errors import SettingPath
from tealform.settings.release_templates import CODEBUILD_VARIABLE_LENGTH, render_settings
from tealform.settings.rules.conflict import Conflict, Rule, ServiceRule
from tealform.settings.service import FARGATE_MEMORY, Service

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
_VALUES_IN_RULE = 5

_MOVE = "move values to one secret or parameter that the application reads"


def check_memory(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Require a memory size that Fargate offers for the CPU size."""
    sizes = FARGATE_MEMORY[service.cpu]
    if service.memory not in sizes:
        is_short = len(sizes) <= 4
        use = ", ".join(map(str, sizes)) if is_short else f"{sizes[0]} to {sizes[-1]} in steps of {sizes[1] - sizes[0]}"
        message = f"{service.memory} MiB does not go with cpu = {service.cpu}; use {use}"
        yield Conflict((*path, "memory"), message, ((*path, "cpu"),))


def check_tasks(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Require a maximum of tasks, also of each schedule, that is not below the minimum."""
    limits: dict[SettingPath, tuple[int, int]] = {("tasks",): (service.tasks.min, service.tasks.max)}
    for label, schedule in service.scaling.schedule.items():
        limits["scaling", "schedule", label] = (schedule.min, schedule.max)
    for block, (low, high) in limits.items():
        if high < low:
            yield Conflict((*path, *block, "max"), f"{high} is less than min, {low}", ((*path, *block, "min"),))


def check_capacity(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Require a share for something, and for the base: ECS places nothing on a share of 0.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
    """
    path = (*path, "capacity")
    about = tuple((*path, part) for part in ("base", "on_demand", "spot"))
    if service.capacity.on_demand == 0 and service.capacity.spot == 0:
        yield Conflict((*path, "spot"), "on_demand and spot are both 0; one of them must be at least 1", about)
    elif service.capacity.base and service.capacity.on_demand == 0:
        message = "base is on demand, so on_demand must be at least 1: ECS places nothing on a share of 0"
        yield Conflict((*path, "on_demand"), message, about)


def check_health_check(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Require a timeout below the interval, and ascending ranges of status codes."""
    check, path = service.health_check, (*path, "health_check")
    if check.timeout >= check.interval:
        message = f"{check.timeout} is not less than interval, {check.interval}"
        yield Conflict((*path, "timeout"), message, ((*path, "interval"),))
    for codes in check.status.split(","):
        low, _, high = codes.partition("-")
        if high and int(low) > int(high):
            yield Conflict((*path, "status"), f"{codes} goes downwards; use {high}-{low}")


def check_variables(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Require one source for each variable, and texts that fit into one CodeBuild variable of the release contract.

    CodeBuild answers longer ones with "EnvironmentVariable should be at most 4096 characters".
    """
    for variable in sorted(service.secrets.keys() & service.environment.keys()):
        message = "is in environment too; keep one"
        yield Conflict((*path, "secrets", variable), message, ((*path, "environment", variable),))
    for part, text in render_settings(service).items():
        if len(text) > CODEBUILD_VARIABLE_LENGTH:
            shorten = "give fewer, or folders that hold them" if part == "writable_paths" else _MOVE
            message = f"takes {len(text)} characters in the release contract; CodeBuild's variables hold {CODEBUILD_VARIABLE_LENGTH}: {shorten}"
            yield Conflict((*path, part), message)


def check_exec(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Require a writable root for ECS Exec: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html"""
    if service.exec and service.read_only_root_filesystem:
        message = "ECS Exec's agent writes to the root file system; set read_only_root_filesystem = false with it"
        yield Conflict((*path, "exec"), message, ((*path, "read_only_root_filesystem"),))


def check_egress(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Require port 443: Fargate pulls images, reads secrets and writes logs from the task's own network interface."""
    if 443 not in service.egress_ports:
        message = "443 is missing; without it no task reaches ECR, Secrets Manager or CloudWatch Logs, and none starts"
        yield Conflict((*path, "egress_ports"), message)


def _routed(environment: Environment) -> dict[str, Service]:
    """Return the services that listener rules forward to; a network load balancer has none, and one service."""
    return environment.service if environment.load_balancer.type == "application" else {}


def check_priorities(environment: Environment, name: str) -> Iterator[Conflict]:
    """Require different priorities, and no rule behind one that matches every request."""
    for (first, one), (second, other) in itertools.combinations(_routed(environment).items(), 2):
        path: SettingPath = ("service", second, "priority")
        about: tuple[SettingPath, ...] = (("service", first, "priority"),)
        if one.priority == other.priority:
            message = f"{other.priority} is also the priority of service.{first}; give each its own, the lowest is asked first"
            yield Conflict(path, message, about)
            continue
        early, late = sorted(((first, one), (second, other)), key=lambda pair: pair[1].priority)
        if early[1].matches_every_request:
            yield Conflict(
                ("service", early[0], "priority"),
                f"{early[1].priority} comes before service.{late[0]} ({late[1].priority}), which would never be asked: service.{early[0]} takes every request",
                (*about, path, ("service", early[0], "paths"), ("service", early[0], "hosts")),
            )


def check_routes(environment: Environment, name: str) -> Iterator[Conflict]:
    """Require at most five values in a listener rule, and one service for each host and path."""
    owners: dict[tuple[str, str], str] = {}
    for key, service in _routed(environment).items():
        values = len(service.hosts) + len(service.paths)
        if values > _VALUES_IN_RULE:
            yield Conflict(("service", key), f"{values} hosts and paths; a listener rule holds {_VALUES_IN_RULE}")
        hosts = [host.lower() for host in service.hosts]
        for host, path in itertools.product(hosts or ["*"], service.paths or ["/*"]):
            first = owners.setdefault((host, path), key)
            if first != key:
                yield Conflict(
                    ("service", key, "paths" if service.paths else "hosts"),
                    f"{host if host != '*' else 'every host'}, path {path} belongs to service.{first} already",
                    tuple(("service", each, part) for each in (first, key) for part in ("hosts", "paths")),
                )


RULES: tuple[Rule, ...] = (check_priorities, check_routes)
SERVICE_RULES: tuple[ServiceRule, ...] = (
    *(check_memory, check_tasks, check_capacity, check_health_check, check_variables, check_exec, check_egress),
)
