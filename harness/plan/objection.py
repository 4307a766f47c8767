"""Why a plan must not be applied unless somebody says so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Objection:
    """One thing that the plan would do to ``address``, and the ``reason`` why that wants to be named explicitly."""

    address: str
    reason: str

    def __str__(self) -> str:
        return f"{self.address}: {self.reason}"
