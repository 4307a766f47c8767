"""Rules about settings that must fit together: each rule is a function, each module a subject."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.settings.environment import Environment
from tealform.settings.rules import names, network, notifications, pipeline, release, service, state
from tealform.settings.rules.conflict import Conflict, Rule, ServiceRule

RULES: tuple[Rule, ...] = (
    *(*names.RULES, *network.RULES, *service.RULES, *pipeline.RULES, *notifications.RULES, *state.RULES),
)
SERVICE_RULES: tuple[ServiceRule, ...] = (*service.SERVICE_RULES, *release.SERVICE_RULES, *pipeline.SERVICE_RULES)


def find_conflicts(environment: Environment, name: str) -> Iterator[Conflict]:
    """Return every conflict within an environment."""
    for rule in RULES:
        yield from rule(environment, name)
    for key, service_ in environment.service.items():
        for service_rule in SERVICE_RULES:
            yield from service_rule(environment, ("service", key), service_)
