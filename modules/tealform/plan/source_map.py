"""Maps Terraform's resources to the constructs that made them and the settings that they come from."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tealform.plan.changes import Change
from tealform.settings import loader
from tealform.settings.errors import SettingPath, SettingsError, dotted
from tealform.settings.loader import GENERATED
from tealform.synth import terraform_json
from tealform.terraform.diagnostics import Diagnostic

# The setting that a construct is made from: the first pattern that its path below the environment matches.
_MADE_FROM: tuple[tuple[str, SettingPath], ...] = (
    (r"((pipeline|service)-)?notifications\b|chat\b", ("notifications",)),
    (r"pull-through-cache-(?P<name>[^/]+)", ("pull_through_cache", "<name>")),
    (r"connection-", ("service",)),
    (r"release-(?P<name>[^/]+)", ("service", "<name>", "release")),
    (r"service-(?P<name>[^/]+)/scaling\b", ("service", "<name>", "scaling")),
    (r"service-(?P<name>[^/]+)/target-groups\b", ("service", "<name>", "health_check")),
    (r"service-(?P<name>[^/]+)/alarms\b", ("service", "<name>", "release", "alarms")),
    (r"service-(?P<name>[^/]+)/smoke-test\b", ("service", "<name>", "release", "smoke_test")),
    (r"service-(?P<name>[^/]+)/blue-green\b", ("service", "<name>", "release")),
    (r"service-(?P<name>[^/]+)", ("service", "<name>")),
    (r"delivery-(?P<name>[^/]+)/source\b", ("service", "<name>", "source")),
    (r"delivery-(?P<name>[^/]+)/build", ("service", "<name>", "build")),
    (r"delivery-(?P<name>[^/]+)/scan\b", ("service", "<name>", "scan")),
    (r"delivery-(?P<name>[^/]+)/test\b", ("service", "<name>", "test")),
    (r"delivery-(?P<name>[^/]+)/prepare\b", ("service", "<name>", "source")),
    (r"delivery-(?P<name>[^/]+)", ("service", "<name>", "release")),
    (r"images-(?P<name>[^/]+)", ("service", "<name>", "build")),
    (r"load-balancer\b", ("load_balancer",)),
    (r"network\b", ("network",)),
)

_REFERENCE = re.compile(r"(?:data\.)?[a-z]\w*\.[\w-]+")


def find_setting(construct: str) -> SettingPath:
    """Return the setting that the construct at a path like ``service-web/scaling/target`` is made from.

    It is empty for what every environment has, like the key.
    """
    for pattern, path in _MADE_FROM:
        if found := re.match(pattern, construct):
            return tuple(found["name"] if part == "<name>" else part for part in path)
    return ()


class SourceMap:
    """The origins of the resources of the environment in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.environment = folder.name
        self._bodies = _bodies(folder / GENERATED)
        try:
            self._settings: loader.LoadedEnvironment | None = loader.load(folder.parent, folder.name)
        except SettingsError:
            self._settings = None  # What was generated from them can still be described.

    def describe(self, diagnostic: Diagnostic) -> str:
        """Describe in a line the place in environment.hcl, setting, resource and construct, with Terraform's message."""
        place = f"environments/{self.environment}"
        if diagnostic.file:
            place += f"/{diagnostic.file}:{diagnostic.line}"
        elif diagnostic.address:
            place += f"/{GENERATED}"
        return f"{self._about(diagnostic.address, place)}: {diagnostic.message}"

    def describe_change(self, change: Change) -> str:
        """Describe an unexpected change in a line."""
        attributes = f": {', '.join(change.attributes)}" if change.attributes else ""
        about = self._about(change.address, f"environments/{self.environment}/{GENERATED}")
        return f"{about}: {change.action}{attributes}"

    def describe_setting(self, path: SettingPath, text: str) -> str:
        """Prefix ``text`` with the place and name of a setting."""
        where = f"environments/{self.environment}" if self._settings is None else self._settings.locations.find(path)
        return ": ".join(filter(None, (str(where), dotted(path), text)))

    def construct_path(self, address: str) -> str:
        """Return the path of the construct behind an address, below the environment; empty if there is none."""
        comment = self._body(address).get("//")
        metadata = comment.get("metadata") if isinstance(comment, dict) else None
        path = metadata.get("path") if isinstance(metadata, dict) else None
        return path.partition("/")[2] if isinstance(path, str) else ""

    def setting_at(self, construct: str) -> tuple[str, str]:
        """Return the setting that a construct is made from and its place, like ``("network", "…/environment.hcl:7")``.

        Both are empty for what every environment has, and if the settings cannot be read.
        """
        path = find_setting(construct)
        return (dotted(path), str(self._settings.locations.find(path))) if path and self._settings else ("", "")

    def made_from(self, address: str, attribute: str) -> set[str]:
        """Return the addresses that an attribute of ``address`` refers to in the generated Terraform."""
        text = json.dumps(self._body(address).get(attribute))
        return {each for each in _REFERENCE.findall(text) if each in self._bodies}

    def _body(self, address: str) -> dict[str, Any]:
        return self._bodies.get(address.partition("[")[0], {})

    def _about(self, address: str, place: str) -> str:
        construct = self.construct_path(address)
        if not construct:
            return f"{place}: {address}" if address else place
        resource = f"{address} ({self.environment}/{construct})"
        if self._settings is None:
            return f"{place}: {resource}"
        path = find_setting(construct)
        return ": ".join(filter(None, (str(self._settings.locations.find(path)), dotted(path), resource)))


def _bodies(generated: Path) -> Mapping[str, dict[str, Any]]:
    """Return the body of each resource by its address; empty for a file that Tealform did not generate."""
    try:
        document = json.loads(generated.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(document, dict):
        return {}
    return {each.address: each.body for each in terraform_json.resources(document)}
