"""Mistakes in settings files, with their file, line and setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tealform.errors import TealformError

SettingPath = tuple[str | int, ...]
"""The path of a setting, like ``("service", "web", "cpu")``."""

# The characters at which str.splitlines and terminals break lines. A value in a message may contain them.
_LINE_BREAKS = {ord(each): f"\\u{ord(each):04x}" for each in "\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"}


@dataclass(frozen=True)
class Location:
    """A line of a file. ``line`` counts from 1."""

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Locations:
    """The lines of settings. ``file`` is the environment's own file."""

    file: Path
    lines: Mapping[SettingPath, Location]

    def find(self, path: SettingPath) -> Location:
        """Return the location of a setting, or of the block that should hold it if it is missing."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return Location(self.file, 1)


@dataclass(frozen=True)
class Problem:
    """One mistake: its location, its setting, and a message with what is wrong and what to do. Its text is one line."""

    location: Location
    path: SettingPath
    message: str

    def __str__(self) -> str:
        setting = dotted(self.path)
        text = f"{self.location}: {setting}: {self.message}" if setting else f"{self.location}: {self.message}"
        return text.translate(_LINE_BREAKS)


class SettingsError(TealformError):
    """Invalid settings. ``problems`` are all mistakes, in the order of the file."""

    def __init__(self, problems: list[Problem]) -> None:
        unique = dict.fromkeys(problems)
        self.problems = sorted(unique, key=lambda p: (str(p.location.file), p.location.line, str(p)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def dotted(path: SettingPath) -> str:
    """Return ``("network", "zones", 1)`` as ``network.zones[1]``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
