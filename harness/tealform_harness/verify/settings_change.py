"""A change of the settings, like one that a team might make after a year."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

from pydantic import BaseModel

from tealform.settings.loader import LoadedEnvironment
from tealform.settings.release import Release
from tealform.settings.service import FARGATE_MEMORY, Scaling, Service

VARIABLE = "CHANGED_BY_TEALFORM"
"""The environment variable that an update gives to every container."""

_LONGEST_WAIT = {"codedeploy": 2880, "ecs": 1440}

_Block = TypeVar("_Block", bound=BaseModel)


def change_settings(settings: LoadedEnvironment) -> LoadedEnvironment:
    """Return the environment with more of almost everything: what an apply and what a release carries."""
    environment = settings.environment
    services = {name: _change_service(service) for name, service in environment.service.items()}
    days = 731 if environment.log_retention_days != 731 else 365
    return _with(settings, service=services, log_retention_days=days)


def make_disposable(settings: LoadedEnvironment) -> LoadedEnvironment:
    """Return the same environment, but a destroy may delete everything."""
    return _with(settings, disposable=True)


def _change_service(service: Service) -> Service:
    sizes = sorted(FARGATE_MEMORY)
    cpu = sizes[_shift(sizes.index(service.cpu), 1, len(sizes) - 1)]
    check, tasks = service.health_check, service.tasks
    return _replace(
        service,
        cpu=cpu,
        memory=FARGATE_MEMORY[cpu][0],
        environment={**service.environment, VARIABLE: "yes"},
        tasks=_replace(tasks, max=_shift(tasks.max, 1, 5000)),
        health_check=_replace(check, interval=_shift(check.interval, 5, 300)),
        deregistration_delay=_shift(service.deregistration_delay, 10, 3600),
        scaling=_change_scaling(service.scaling),
        release=_change_release(service.release),
    )


def _change_scaling(scaling: Scaling) -> Scaling:
    schedules = {name: _replace(each, max=_shift(each.max, 1, 5000)) for name, each in scaling.schedule.items()}
    requests = scaling.requests_per_target
    return _replace(scaling, schedule=schedules, requests_per_target=requests and _shift(requests, 1, 1_000_000))


def _change_release(release: Release) -> Release:
    """Change how releases are watched; what is off stays off."""
    alarms, test = release.alarms, release.smoke_test
    return _replace(
        release,
        keep_blue_minutes=_shift(release.keep_blue_minutes, 5, _LONGEST_WAIT[release.engine]),
        hold_minutes=release.hold_minutes and _shift(release.hold_minutes, 5, _LONGEST_WAIT[release.engine]),
        approval_timeout_minutes=_shift(release.approval_timeout_minutes, 5, 86400),
        alarms=_replace(
            alarms,
            unhealthy_targets=alarms.unhealthy_targets and _shift(alarms.unhealthy_targets, 1, 5000),
            errors_percent=alarms.errors_percent and _shift(alarms.errors_percent, 1, 100),
            latency_milliseconds=alarms.latency_milliseconds and _shift(alarms.latency_milliseconds, 100, 4_000_000),
        ),
        smoke_test=test and _replace(test, timeout_seconds=_shift(test.timeout_seconds, 5, 840)),
    )


def _shift(value: int, step: int, top: int) -> int:
    """Return a number one step above, or below where that exceeds ``top``."""
    return value + step if value + step <= top else value - step


def _with(settings: LoadedEnvironment, **values: Any) -> LoadedEnvironment:
    return dataclasses.replace(settings, environment=_replace(settings.environment, **values))


def _replace(block: _Block, **values: Any) -> _Block:
    """Return the block with other values, which are validated again."""
    return type(block).model_validate({**dict(block), **values})
