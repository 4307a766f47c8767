"""Completes a finding: its rule, the setting that fixes it, and where that is in the repository."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from tealform.errors import TealformError
from tealform.plan.source_map import find_setting
from tealform.policy import checkov_input, rule_catalog, secret_scan
from tealform.policy.result import LocatedFinding
from tealform.policy.rule import Finding
from tealform.settings import loader
from tealform.settings.errors import Location, SettingPath, dotted
from tealform.settings.loader import GENERATED
from tealform.synth import environments

_NAMED = re.compile(r"(?:service|delivery|release|images|build)-([^/]+)")


class FindingLocator:
    """Describes findings in one scope of the project in ``root``; ``folder`` is the scope's."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._folder = folder

    def describe(self, finding: Finding) -> LocatedFinding:
        """Return the located finding; if the settings cannot be read, at its line of the generated file."""
        rule = rule_catalog.rule_of(finding)
        if place := secret_scan.parse_location(finding):
            return LocatedFinding(self._folder.name, finding, rule, "", self._in_repository(place))
        setting = _setting(rule.setting, finding.path)
        if setting and self._written:
            return LocatedFinding(
                self._folder.name, finding, rule, dotted(setting), self._written.locations.find(setting)
            )
        return LocatedFinding(self._folder.name, finding, rule, dotted(setting), self._generated(finding))

    @cached_property
    def _written(self) -> loader.UncheckedValues | None:
        return loader.read_values(self._folder.parent, self._folder.name)

    def _in_repository(self, place: Location) -> Location:
        """Return the location; for a file in a ZIP, that of the ZIP file."""
        archive = next((file for file in place.file.parents if (self._root / file).is_file()), None)
        return Location(archive, 1) if archive else place

    def _generated(self, finding: Finding) -> Location:
        shown = Path(self._folder.parent.name, self._folder.name, GENERATED)
        return Location(shown, self._lines.get(finding.address, 1))

    @cached_property
    def _lines(self) -> dict[str, int]:
        try:
            places = checkov_input.places(environments.load_document(self._folder), self._folder.name)
        except TealformError:
            return {}
        return {place.address: line for line, place in places.items()}


def _setting(template: str, path: str) -> SettingPath:
    """Return the rule's setting, for the service whose construct it is; else the setting that the construct is made from."""
    named = _NAMED.match(path)
    if template and "<name>" not in template:
        return tuple(template.split("."))
    if template and named:
        return tuple(named[1] if part == "<name>" else part for part in template.split("."))
    return find_setting(path)
