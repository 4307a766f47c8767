"""Environments that concern each other: releases that are taken over, and pipelines that are elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tealform.settings.environment import Environment
from tealform.settings.errors import Path_
from tealform.settings.project import Project
from tealform.settings.rules import automation, cross_account, state
from tealform.settings.rules.violation import Conflict
from tealform.settings.source import Promotion


def conflicts(environment: Environment, name: str, others: Project) -> Iterator[Conflict]:
    """What does not go together between ``environment``, called ``name``, and the others of its project."""
    project = Project({**others.environments, name: environment}, others.broken)
    yield from _contents(project, name)
    yield from _pipelines(project, name)
    yield from _promotions(project, name)
    yield from cross_account.conflicts(project, name)
    yield from state.conflicts(project, name)
    yield from automation.conflicts(project, name)


def sound(environment: Environment, name: str, others: Mapping[str, Environment]) -> dict[str, Environment]:
    """Those of ``others`` that find what they ask of each other, and of ``environment``: nothing else can be generated with."""
    left = dict(others)
    while True:
        project = Project({**left, name: environment})
        unfit = [other for other in left if any([*_pipelines(project, other), *_promotions(project, other)])]
        if not unfit:
            return left
        for other in unfit:
            del left[other]


def _contents(project: Project, name: str) -> Iterator[Conflict]:
    """An environment has services, which have a network, or the pipelines of others."""
    environment = project.environments[name]
    if environment.service and environment.network is None:
        yield Conflict(
            ("network",), 'is missing; services need one, for example network { zones = ["eu-west-1a", … ] }'
        )
    if not environment.service and not project.delivered_by(name):
        message = (
            f'is missing; write service "web" {{ port = 8080 }}, or pipelines_in = "{name}" in another environment'
        )
        yield Conflict(("service",), message)
    if not environment.service:
        for key in ("notifications", "pull_through_cache"):
            if getattr(environment, key):
                message = "is about services and their pipelines, which have it in their own environment; leave it out"
                yield Conflict((key,), message, (("service",),))


def _pipelines(project: Project, name: str) -> Iterator[Conflict]:
    """Pipelines that are elsewhere are in another account, of the same project and region, one step away."""
    environment, path = project.environments[name], ("pipelines_in",)
    home = environment.pipelines_in
    if home is None:
        return
    message = _unfit(project, name, home)
    if message is not None:
        yield Conflict(path, message, (("account",), ("region",), ("project",)))


def _unfit(project: Project, name: str, home: str) -> str | None:
    """Why an environment cannot hold the pipelines of another, if it cannot."""
    if home in project.broken:
        return f'environments/{home} has mistakes of its own, which "make synth ENV={home}" tells; mend them first'
    if home == name or home not in project.environments:
        known = ", ".join(sorted(project.environments.keys() - {name})) or "none"
        return f'"{home}" is no other environment; there are {known}'
    here, there = project.context(name), project.context(home)
    if project.environments[home].pipelines_in:
        return f'"{home}" has its own pipelines elsewhere; name the environment where they are'
    if (here.project, here.region) != (there.project, there.region):
        return (
            f'"{home}" is of project {there.project} in {there.region}, this environment of {here.project} in {here.region}; '
            "both must be the same"
        )
    if here.account == there.account:
        return f'"{home}" is in the same account, where pipelines are anyway; leave this out'
    return None


def _promotions(project: Project, name: str) -> Iterator[Conflict]:
    for key, service in project.environments[name].service.items():
        if isinstance(service.source, Promotion):
            path: Path_ = ("service", key, "source", "promotion", "environment")
            message = _obstacle(project, name, key, service.source.environment)
            if message is not None:
                yield Conflict(path, message, (("service", key, "architecture"), ("region",), ("account",)))


def _obstacle(project: Project, name: str, key: str, before: str) -> str | None:
    """Why a service's releases cannot be taken over, if they cannot."""
    mine, known = project.environments[name], ", ".join(sorted(project.environments.keys() - {name})) or "none"
    if before in project.broken:
        return f'environments/{before} has mistakes of its own, which "make synth ENV={before}" tells; mend them first'
    other = project.environments.get(before)
    if other is None or before == name:
        return f'"{before}" is no other environment; there are {known}'
    if key not in other.service:
        return f'"{before}" has no service "{key}"; it has {", ".join(other.service)}'
    if _goes_round(project, name, key):
        return f'"{before}" takes its releases from here itself; one environment must build'
    theirs = other.service[key]
    if theirs.architecture != mine.service[key].architecture:
        return f'"{before}" runs {theirs.architecture} and this environment {mine.service[key].architecture}; one image is for one processor'
    here, there = project.pipelines(name), project.pipelines(before)
    if (here.project, here.region, here.account) != (there.project, there.region, there.account):
        return (
            f'the pipelines of "{before}" are in {there.account}, {there.region} (project {there.project}), those of this environment '
            f"in {here.account}, {here.region} (project {here.project}); releases are handed on within one account, like a tools "
            "account: see pipelines_in"
        )
    return _short_lived(project, name, key)


def _goes_round(project: Project, name: str, key: str) -> bool:
    seen, current = {name}, project.promoted_from(name, key)
    while current is not None and current in project.environments and key in project.environments[current].service:
        if current in seen:
            return True
        seen.add(current)
        current = project.promoted_from(current, key)
    return False


def _short_lived(project: Project, name: str, key: str) -> str | None:
    current = project.promoted_from(name, key)
    while current is not None and current in project.environments and key in project.environments[current].service:
        if project.environments[current].disposable and not project.environments[name].disposable:
            return f'"{current}" is disposable: its destroy would take along what is released here; set disposable = false there'
        current = project.promoted_from(current, key)
    return None
