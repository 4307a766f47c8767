"""One comparison of settings with AWS, and the view of a service that most of them share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tealform.settings.errors import SettingPath
from tealform.settings.loader import LoadedEnvironment
from tealform.settings.service import Service
from tealform_harness.aws_emulator.server import EmulatedAws


@dataclass(frozen=True)
class Assertion:
    """The setting that is checked, what the check is ``about`` in words, the settings' value, and AWS's answer."""

    setting: SettingPath
    about: str
    expected: object
    found: object

    @property
    def passed(self) -> bool:
        """Whether the two are equal."""
        return self.expected == self.found

    def __str__(self) -> str:
        return f"{self.about}: the settings say {self.expected!r}, AWS says {self.found!r}"


@dataclass(frozen=True)
class ServiceView:
    """One service of an environment, with what checks of it need."""

    aws: EmulatedAws
    settings: LoadedEnvironment
    name: str

    @property
    def service(self) -> Service:
        """The service's settings."""
        return self.settings.environment.service[self.name]

    @property
    def full_name(self) -> str:
        """The name of the service in AWS, which most of its resources share."""
        return self.settings.context.name(self.name)

    def name_with(self, *parts: str) -> str:
        """Return the name of one of the service's resources, like ``shop-dev-web-blue``."""
        return self.settings.context.name(self.name, *parts)

    def client(self, service: str) -> Any:
        """Return a client of an AWS service in the environment's region."""
        return self.aws.client(service, self.settings.context.region)

    def expect(self, setting: str, about: str, expected: object, found: object) -> Assertion:
        """Compare the value that the service's ``setting`` (like ``release.alarms``) asks for with AWS's answer."""
        path = tuple(setting.split(".")) if setting else ()
        return Assertion(("service", self.name, *path), about, expected, found)


def list_services(aws: EmulatedAws, settings: LoadedEnvironment) -> Iterator[ServiceView]:
    """Yield a view of each service of an environment."""
    for name in settings.environment.service:
        yield ServiceView(aws, settings, name)
