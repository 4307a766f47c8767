"""Tells a finding in full: its rule, the setting that would mend it, and where in the repository that stands."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from tealform.errors import TealformError
from tealform.plan.source_map import setting_of
from tealform.policy import checkov_input, rule_catalog, secret_scan
from tealform.policy.finding import Finding
from tealform.policy.result import Told
from tealform.settings import loader
from tealform.settings.errors import Location, Path_, dotted
from tealform.settings.loader import GENERATED
from tealform.synth import environments

_NAMED = re.compile(r"(?:service|delivery|release|images|build)-([^/]+)")


class Teller:
    """Tells what is found in one scope of the project in ``root``. ``folder`` is the scope's."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._folder = folder

    def tell(self, finding: Finding) -> Told:
        """The finding in full. Without settings that can be read it is told by the line of the generated file."""
        rule = rule_catalog.rule_of(finding)
        if place := secret_scan.place(finding):
            return Told(self._folder.name, finding, rule, "", self._in_repository(place))
        setting = _setting(rule.setting, finding.path)
        if setting and self._written:
            return Told(self._folder.name, finding, rule, dotted(setting), self._written.locations.of(setting))
        return Told(self._folder.name, finding, rule, dotted(setting), self._generated(finding))

    @cached_property
    def _written(self) -> loader.Written | None:
        return loader.written(self._folder.parent, self._folder.name)

    def _in_repository(self, place: Location) -> Location:
        """The ZIP file, for what is in one."""
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


def _setting(template: str, path: str) -> Path_:
    """What the rule says decides it, for the service whose construct it is; else what the construct is made from."""
    named = _NAMED.match(path)
    if template and "<name>" not in template:
        return tuple(template.split("."))
    if template and named:
        return tuple(named[1] if part == "<name>" else part for part in template.split("."))
    return setting_of(path)
