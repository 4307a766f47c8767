"""One thing that is to be found in AWS."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.settings.errors import SettingPath


@dataclass(frozen=True)
class Fact:
    """The setting that it comes from, what it is ``about`` in words, what the settings say, and what AWS answered."""

    setting: SettingPath
    about: str
    expected: object
    found: object

    @property
    def holds(self) -> bool:
        """Whether the two are the same."""
        return self.expected == self.found

    def __str__(self) -> str:
        return f"{self.about}: the settings say {self.expected!r}, AWS says {self.found!r}"
