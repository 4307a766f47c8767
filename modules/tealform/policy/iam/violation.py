"""What a check says about a policy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Violation:
    """``what`` of the statement ``sid`` is not as ``check`` wants it; ``message`` says so in a sentence.

    ``asked`` are the condition keys that the statement asks for.
    """

    check: str
    what: str
    message: str
    owner: str = ""
    sid: str = ""
    asked: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.check}: {self.owner} {self.sid}: {self.message}"
