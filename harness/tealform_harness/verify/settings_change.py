"""A change of the settings, as somebody might make it after a year."""

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


def changed(settings: LoadedEnvironment) -> LoadedEnvironment:
    """The same environment with more of almost everything: settings that an apply and that a release carry."""
    environment = settings.environment
    services = {name: _changed_service(service) for name, service in environment.service.items()}
    days = 731 if environment.log_retention_days != 731 else 365
    return _with(settings, service=services, log_retention_days=days)


def disposable(settings: LoadedEnvironment) -> LoadedEnvironment:
    """The same environment, so that a destroy may take everything along."""
    return _with(settings, disposable=True)


def _changed_service(service: Service) -> Service:
    sizes = sorted(FARGATE_MEMORY)
    cpu = sizes[_other(sizes.index(service.cpu), 1, len(sizes) - 1)]
    check, tasks = service.health_check, service.tasks
    return _replaced(
        service,
        cpu=cpu,
        memory=FARGATE_MEMORY[cpu][0],
        environment={**service.environment, VARIABLE: "yes"},
        tasks=_replaced(tasks, max=_other(tasks.max, 1, 5000)),
        health_check=_replaced(check, interval=_other(check.interval, 5, 300)),
        deregistration_delay=_other(service.deregistration_delay, 10, 3600),
        scaling=_changed_scaling(service.scaling),
        release=_changed_release(service.release),
    )


def _changed_scaling(scaling: Scaling) -> Scaling:
    schedules = {
        name: _replaced(schedule, max=_other(schedule.max, 1, 5000)) for name, schedule in scaling.schedule.items()
    }
    requests = scaling.requests_per_target
    return _replaced(scaling, schedule=schedules, requests_per_target=requests and _other(requests, 1, 1_000_000))


def _changed_release(release: Release) -> Release:
    """What is switched off stays off."""
    alarms, test = release.alarms, release.smoke_test
    return _replaced(
        release,
        keep_blue_minutes=_other(release.keep_blue_minutes, 5, _LONGEST_WAIT[release.engine]),
        hold_minutes=release.hold_minutes and _other(release.hold_minutes, 5, _LONGEST_WAIT[release.engine]),
        approval_timeout_minutes=_other(release.approval_timeout_minutes, 5, 86400),
        alarms=_replaced(
            alarms,
            unhealthy_targets=alarms.unhealthy_targets and _other(alarms.unhealthy_targets, 1, 5000),
            errors_percent=alarms.errors_percent and _other(alarms.errors_percent, 1, 100),
            latency_milliseconds=alarms.latency_milliseconds and _other(alarms.latency_milliseconds, 100, 4_000_000),
        ),
        smoke_test=test and _replaced(test, timeout_seconds=_other(test.timeout_seconds, 5, 840)),
    )


def _other(value: int, step: int, top: int) -> int:
    """A number a step above, or below where that is too much."""
    return value + step if value + step <= top else value - step


def _with(settings: LoadedEnvironment, **values: Any) -> LoadedEnvironment:
    return dataclasses.replace(settings, environment=_replaced(settings.environment, **values))


def _replaced(block: _Block, **values: Any) -> _Block:
    """The block with other values, which are held to the same rules."""
    return type(block).model_validate({**dict(block), **values})
