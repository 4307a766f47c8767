"""Service revisions: what the tasks of a service are started from.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-revision.html
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from secrets import randbelow
from typing import Any

from moto.core.utils import utcnow
from moto.ecs.models import Service

_SETTINGS = {
    "task_definition": "taskDefinition",
    "launch_type": "launchType",
    "capacity_provider_strategy": "capacityProviderStrategy",
    "platform_version": "platformVersion",
    "network_configuration": "networkConfiguration",
    "load_balancers": "loadBalancers",
    "service_registries": "serviceRegistries",
}

# "This parameter doesn't trigger a new service deployment"; the next one brings it along:
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
_NO_TRIGGERS = ("launch_type", "capacity_provider_strategy")


def _number() -> str:
    return str(10**18 + randbelow(9 * 10**18))


@dataclass(frozen=True)
class Revision:
    """``settings`` by the names of the service's attributes."""

    settings: Mapping[str, Any]
    number: str = field(default_factory=_number)
    created_at: datetime = field(default_factory=utcnow)

    @classmethod
    def from_service(cls, service: Service) -> Revision:
        """What the service is set to at the moment."""
        return cls({name: deepcopy(vars(service)[name]) for name in _SETTINGS})

    def restore(self, service: Service) -> None:
        """Set the service to it."""
        vars(service).update(deepcopy(dict(self.settings)))

    def differs_from(self, other: Revision) -> bool:
        """Whether going from one to the other takes a service deployment."""
        return any(self.settings[name] != other.settings[name] for name in _SETTINGS if name not in _NO_TRIGGERS)

    def arn(self, service: Service) -> str:
        """Its ARN as one of ``service``."""
        return f"{service.arn.replace(':service/', ':service-revision/')}/{self.number}"

    def describe(self, service: Service) -> dict[str, Any]:
        """As DescribeServiceRevisions returns it."""
        return {
            "serviceRevisionArn": self.arn(service),
            "serviceArn": service.arn,
            "clusterArn": service.cluster_arn,
            "createdAt": self.created_at,
            **self.named(),
        }

    def named(self) -> dict[str, Any]:
        """The settings that it has, by their names in the API."""
        return {name: self.settings[attribute] for attribute, name in _SETTINGS.items() if self.settings[attribute]}
