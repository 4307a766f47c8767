"""What is wrong with a settings file, said so that its reader can mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Path_ = tuple[str | int, ...]
"""The way to a value: ``("service", "web", "cpu")``."""


@dataclass(frozen=True)
class Location:
    """A line of a file. ``line`` counts from 1."""

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Locations:
    """Where each setting stands. ``file`` is the environment's own."""

    file: Path
    lines: Mapping[Path_, Location]

    def of(self, path: Path_) -> Location:
        """Where the setting at ``path`` stands; what is missing has no line, but the block that should hold it has."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return Location(self.file, 1)


@dataclass(frozen=True)
class Problem:
    """One mistake: where it is, which setting it concerns, what is wrong and what to do."""

    location: Location
    path: Path_
    message: str

    def __str__(self) -> str:
        setting = dotted(self.path)
        return f"{self.location}: {setting}: {self.message}" if setting else f"{self.location}: {self.message}"


class SettingsError(Exception):
    """Settings that cannot be used. ``problems`` holds every mistake, in file order."""

    def __init__(self, problems: list[Problem]) -> None:
        unique = dict.fromkeys(problems)
        self.problems = sorted(unique, key=lambda p: (str(p.location.file), p.location.line, str(p)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def dotted(path: Path_) -> str:
    """``("network", "zones", 1)`` as ``network.zones[1]``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
