"""Why a plan must not be applied unless somebody says so."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Objection:
    """One thing that the plan would do to ``address``, and the ``reason`` why that wants to be named explicitly.

    ``lasting`` is what stays of the reason where its words change by themselves, like the stage that a release is in.
    """

    address: str
    reason: str
    lasting: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.address}: {self.reason}"

    @property
    def identity(self) -> tuple[str, str]:
        """What it is recognized by, later and in another process."""
        return self.address, self.lasting or self.reason
