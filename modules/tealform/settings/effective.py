"""The effective settings of an environment: what the files say and the defaults, each with its origin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from tealform.settings.errors import Location, Locations, SettingPath
from tealform.settings.loader import LoadedEnvironment

_KIND = "kind"
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


@dataclass(frozen=True)
class EffectiveSetting:
    """One setting with its value. ``location`` is the line that sets it, ``None`` for a default.

    Text in ``value`` has ``${`` and ``%{`` escaped, as in HCL.
    """

    path: SettingPath
    value: Any
    location: Location | None

    @property
    def name(self) -> str:
        """The path as text, like ``service.web.port`` or ``tags["cost center"]``."""
        return "".join(map(_render_step, self.path)).removeprefix(".")

    @property
    def literal(self) -> str:
        """The value as a literal of HCL, in one line of printable characters."""
        return to_literal(self.value)


def list_settings(loaded: LoadedEnvironment) -> list[EffectiveSetting]:
    """Return all settings of an environment, in the order of the model.

    Each key of a map is a setting of its own, because it has an origin of its own. A list is one setting. So is a block
    that makes a difference even if it is empty: an optional one (``{}``, or ``None`` if it is absent), one with a name as
    label (``{}``), and one whose label is its kind (the kind). The settings in a block follow it.
    """
    return list(_Walker(loaded.locations).walk_block(loaded.environment, (), is_set=True))


def to_literal(value: Any) -> str:
    """Return a value of the settings as HCL writes it. ``$${`` in a text stays as it is."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return f'"{"".join(map(_escape, value))}"'
        case Mapping():
            pairs = ", ".join(f"{_render_key(key)} = {to_literal(each)}" for key, each in value.items())
            return f"{{ {pairs} }}" if pairs else "{}"
        case tuple() | list():
            return f"[{', '.join(map(to_literal, value))}]"
    return str(value)


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _render_key(key: str) -> str:
    return key if _IDENTIFIER.fullmatch(key) else to_literal(key)


def _render_step(step: str | int) -> str:
    return f".{step}" if isinstance(step, str) and _IDENTIFIER.fullmatch(step) else f"[{to_literal(step)}]"


class _Walker:
    def __init__(self, locations: Locations) -> None:
        self.locations = locations

    def walk_block(self, block: BaseModel, path: SettingPath, *, is_set: bool) -> Iterator[EffectiveSetting]:
        for name, field in type(block).model_fields.items():
            if name != _KIND:
                is_written = is_set and name in block.model_fields_set
                yield from self._walk(
                    (*path, name), getattr(block, name), is_written, is_optional=field.default is None
                )

    def _walk(self, path: SettingPath, value: Any, is_set: bool, *, is_optional: bool) -> Iterator[EffectiveSetting]:
        match value:
            case BaseModel():
                if kind := getattr(value, _KIND, None):
                    label = (*path, kind)
                    inner = path if is_set and not self._has_label(path, kind) else label
                    yield EffectiveSetting(path, kind, self._find(inner, is_set))
                    path = inner
                elif is_optional:
                    yield EffectiveSetting(path, {}, self._find(path, is_set))
                yield from self.walk_block(value, path, is_set=is_set)
            case dict() if value:
                for key, each in value.items():
                    yield from self._walk((*path, key), each, is_set, is_optional=True)
            case tuple() if any(isinstance(each, BaseModel) for each in value):
                for index, each in enumerate(value):
                    yield from self._walk((*path, index), each, is_set, is_optional=True)
            case _:
                yield EffectiveSetting(path, value, self._find(path, is_set))

    def _has_label(self, path: SettingPath, kind: str) -> bool:
        """Return whether the block that counts has its kind as label. A label in the file below it may be overridden."""
        labeled = self.locations.lines.get((*path, kind))
        return labeled is not None and labeled.file == self.locations.find(path).file

    def _find(self, path: SettingPath, is_set: bool) -> Location | None:
        # A setting that null removed has a line, too, but is not set.
        return self.locations.find(path) if is_set else None
