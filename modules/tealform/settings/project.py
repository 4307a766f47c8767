"""The environments of a project, and how they depend on each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from tealform.naming import Context
from tealform.settings.environment import Environment
from tealform.settings.service import Service
from tealform.settings.source import Promotion


@dataclass(frozen=True)
class Project:
    """The valid environments by name. ``broken`` are the names of the invalid ones, which may concern others."""

    environments: Mapping[str, Environment] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()

    def context(self, name: str) -> Context:
        """Return who and where an environment is."""
        return self.environments[name].context(name)

    def others(self, name: str) -> list[tuple[str, Environment]]:
        """Return the other environments with their names, in alphabetical order."""
        return [(other, self.environments[other]) for other in sorted(self.environments.keys() - {name})]

    def pipelines(self, name: str) -> Context:
        """Return the names of what belongs to an environment's pipelines, in the account that holds them."""
        environment = self.environments[name]
        home = self.environments.get(environment.pipelines_in or name, environment)
        return replace(environment.context(name), account=home.account)

    def key_owner(self, name: str) -> Context:
        """Return the environment whose KMS key encrypts an environment's artifacts."""
        return self.context(self.environments[name].pipelines_in or name)

    def delivered_by(self, name: str) -> list[str]:
        """Return the other environments whose pipelines are in ``name``, in alphabetical order."""
        return sorted(other for other, environment in self.environments.items() if environment.pipelines_in == name)

    def delivers(self, name: str) -> list[Service]:
        """Return the services whose pipelines are in ``name``: its own, unless they are elsewhere, and those of others."""
        own = [] if self.environments[name].pipelines_in else [name]
        return [
            service for each in (*own, *self.delivered_by(name)) for service in self.environments[each].service.values()
        ]

    def promoted_from(self, name: str, service: str) -> str | None:
        """Return the environment that a service's releases are promoted from, if any."""
        source = self.environments[name].service[service].source
        return source.environment if isinstance(source, Promotion) else None

    def promoted_to(self, name: str, service: str) -> list[str]:
        """Return the environments that promote a service's releases from ``name``, in alphabetical order."""
        return sorted(
            other
            for other, environment in self.environments.items()
            if service in environment.service and self.promoted_from(other, service) == name
        )

    def builder(self, name: str, service: str) -> str:
        """Return the environment that builds the images that ``name`` runs: itself, or the start of the promotions.

        The rules refuse promotions in a circle.
        """
        before = self.promoted_from(name, service)
        return name if before is None else self.builder(before, service)

    def runners(self, name: str, service: str) -> list[str]:
        """Return the other environments that run the images that ``name`` builds, the farthest first."""

        def after(one: str, steps: int) -> Iterator[tuple[int, str]]:
            for other in self.promoted_to(one, service):
                yield -steps, other
                yield from after(other, steps + 1)

        return [other for _, other in sorted(after(name, 1))]
