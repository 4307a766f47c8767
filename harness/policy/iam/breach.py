"""What a check says about a policy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Breach:
    """``what`` of the statement ``sid`` is not as ``check`` wants it; ``message`` says so in a sentence."""

    check: str
    what: str
    message: str
    owner: str = ""
    sid: str = ""

    def __str__(self) -> str:
        return f"{self.check}: {self.owner} {self.sid}: {self.message}"
