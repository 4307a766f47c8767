"""Services that share a load balancer: every request leads to one of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from tealform.settings.environment import Environment
from tealform.settings.errors import Path_
from tealform.settings.rules.violation import Conflict
from tealform.settings.service import Service

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
_VALUES_IN_RULE = 5


def _routed(environment: Environment) -> dict[str, Service]:
    """The services that rules lead to; a network load balancer has none, and one service."""
    return environment.service if environment.load_balancer.type == "application" else {}


def priorities(environment: Environment, name: str) -> Iterator[Conflict]:
    """Rules of one listener have different priorities, and none stands behind one that takes everything."""
    for (first, one), (second, other) in itertools.combinations(_routed(environment).items(), 2):
        path: Path_ = ("service", second, "priority")
        about: tuple[Path_, ...] = (("service", first, "priority"),)
        if one.priority == other.priority:
            yield Conflict(
                path,
                f"{other.priority} is also the priority of service.{first}; "
                "give each its own, the lowest is asked first",
                about,
            )
            continue
        early, late = sorted(((first, one), (second, other)), key=lambda pair: pair[1].priority)
        if early[1].takes_everything:
            yield Conflict(
                ("service", early[0], "priority"),
                f"{early[1].priority} comes before service.{late[0]} ({late[1].priority}), which would never be asked: "
                f"service.{early[0]} takes every request",
                (*about, path, ("service", early[0], "paths"), ("service", early[0], "hosts")),
            )


def conditions(environment: Environment, name: str) -> Iterator[Conflict]:
    """A rule holds five values."""
    for key, service in _routed(environment).items():
        values = len(service.hosts) + len(service.paths)
        if values > _VALUES_IN_RULE:
            yield Conflict(("service", key), f"{values} hosts and paths; a listener rule holds {_VALUES_IN_RULE}")


def owners(environment: Environment, name: str) -> Iterator[Conflict]:
    """No host and path belongs to two services."""
    owner: dict[tuple[str, str], str] = {}
    for key, service in _routed(environment).items():
        for host, path in _routes(service):
            first = owner.setdefault((host, path), key)
            if first != key:
                yield Conflict(
                    ("service", key, "paths" if service.paths else "hosts"),
                    f"{host if host != '*' else 'every host'}, path {path} belongs to service.{first} already",
                    about=tuple(("service", each, part) for each in (first, key) for part in ("hosts", "paths")),
                )


def _routes(service: Service) -> Iterator[tuple[str, str]]:
    hosts = [host.lower() for host in service.hosts]
    return itertools.product(hosts or ["*"], service.paths or ["/*"])


RULES = (priorities, conditions, owners)
