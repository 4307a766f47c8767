"""A change of the settings, as somebody might make it after a year."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

from pydantic import BaseModel

from modules.settings.load import Settings
from modules.settings.service import FARGATE_MEMORY, Service

VARIABLE = "CHANGED_BY_CUTOVER"
"""The environment variable that an update gives to every container."""


_Block = TypeVar("_Block", bound=BaseModel)


def changed(settings: Settings) -> Settings:
    """The same environment with more of almost everything: settings that an apply and that a release carry."""
    environment = settings.environment
    services = {name: _changed_service(service) for name, service in environment.service.items()}
    days = 731 if environment.log_retention_days != 731 else 365
    return _with(settings, service=services, log_retention_days=days)


def disposable(settings: Settings) -> Settings:
    """The same environment, so that a destroy may take everything along."""
    return _with(settings, disposable=True)


def _changed_service(service: Service) -> Service:
    sizes = sorted(FARGATE_MEMORY)
    cpu = sizes[_other(sizes.index(service.cpu), 1, len(sizes) - 1)]
    check, release, tasks = service.health_check, service.release, service.tasks
    return _replaced(
        service,
        cpu=cpu,
        memory=FARGATE_MEMORY[cpu][0],
        environment={**service.environment, VARIABLE: "yes"},
        tasks=_replaced(tasks, max=_other(tasks.max, 1, 5000)),
        health_check=_replaced(check, interval=_other(check.interval, 5, 300)),
        deregistration_delay=_other(service.deregistration_delay, 10, 3600),
        release=_replaced(release, keep_blue_minutes=_other(release.keep_blue_minutes, 5, 2880)),
    )


def _other(value: int, step: int, top: int) -> int:
    """A number a step above, or below where that is too much."""
    return value + step if value + step <= top else value - step


def _with(settings: Settings, **values: Any) -> Settings:
    return dataclasses.replace(settings, environment=_replaced(settings.environment, **values))


def _replaced(block: _Block, **values: Any) -> _Block:
    """The block with other values, which are held to the same rules."""
    return type(block).model_validate({**dict(block), **values})
