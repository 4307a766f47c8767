"""The environments of a project, as far as they concern each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tealform.naming import Context
from tealform.settings.environment import Environment
from tealform.settings.service import Service
from tealform.settings.source import Promotion


@dataclass(frozen=True)
class Project:
    """All environments that are valid, by name. ``broken`` are the names of those that are not, and may concern others."""

    environments: Mapping[str, Environment] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()

    def context(self, name: str) -> Context:
        """Who and where an environment is."""
        environment = self.environments[name]
        return Context(environment.project, name, environment.region, environment.account)

    def pipelines(self, name: str) -> Context:
        """The names of what belongs to an environment's pipelines, and the account that they are in."""
        environment = self.environments[name]
        home = self.environments.get(environment.pipelines_in or name, environment)
        return Context(environment.project, name, environment.region, home.account)

    def key_owner(self, name: str) -> Context:
        """The environment whose KMS key an environment's artifacts are under."""
        return self.context(self.environments[name].pipelines_in or name)

    def delivered_by(self, name: str) -> list[str]:
        """The environments whose pipelines are in ``name``, beside itself, in alphabetical order."""
        return sorted(other for other, environment in self.environments.items() if environment.pipelines_in == name)

    def delivers(self, name: str) -> list[Service]:
        """The services whose pipelines are in ``name``: its own, unless they are elsewhere, and those of others."""
        own = [] if self.environments[name].pipelines_in else [name]
        return [
            service for each in (*own, *self.delivered_by(name)) for service in self.environments[each].service.values()
        ]

    def promoted_from(self, name: str, service: str) -> str | None:
        """The environment that a service's releases are taken over from, if any."""
        source = self.environments[name].service[service].source
        return source.environment if isinstance(source, Promotion) else None

    def promoted_to(self, name: str, service: str) -> list[str]:
        """The environments that take a service's releases over from ``name``, in alphabetical order."""
        return sorted(
            other
            for other, environment in self.environments.items()
            if service in environment.service and self.promoted_from(other, service) == name
        )

    def builder(self, name: str, service: str) -> str:
        """The environment that builds the images that ``name`` runs: itself, or the beginning of a promotion.

        Promotions go round in no circle once the rules have been kept.
        """
        before = self.promoted_from(name, service)
        return name if before is None else self.builder(before, service)

    def runners(self, name: str, service: str) -> list[str]:
        """The environments that run the images that ``name`` builds, beside itself; those farthest from it first."""

        def after(one: str, steps: int) -> Iterator[tuple[int, str]]:
            for other in self.promoted_to(one, service):
                yield -steps, other
                yield from after(other, steps + 1)

        return [other for _, other in sorted(after(name, 1))]
