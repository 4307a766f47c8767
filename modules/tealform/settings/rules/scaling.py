"""Autoscaling that can be had."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.settings.environment import Environment
from tealform.settings.errors import Path_
from tealform.settings.rules.violation import Conflict


def schedules(environment: Environment, name: str) -> Iterator[Conflict]:
    """The most tasks of a schedule are not fewer than its fewest."""
    for key, service in environment.service.items():
        for label, schedule in service.scaling.schedule.items():
            path: Path_ = ("service", key, "scaling", "schedule", label)
            if schedule.max < schedule.min:
                yield Conflict((*path, "max"), f"{schedule.max} is less than min, {schedule.min}", ((*path, "min"),))


def requests(environment: Environment, name: str) -> Iterator[Conflict]:
    """Only a load balancer that reads requests counts them."""
    if environment.load_balancer.type == "network":
        for key, service in environment.service.items():
            if service.scaling.requests_per_target is not None:
                yield Conflict(
                    ("service", key, "scaling", "requests_per_target"),
                    "a network load balancer does not count requests; leave it out",
                    (("load_balancer", "type"),),
                )


RULES = (schedules, requests)
