"""What a source knows about a value, whichever source it is."""

from __future__ import annotations

from typing import Protocol

from tealform_harness.provider_stub.values.constraint import Constraint


class Shape(Protocol):
    """A value in a source's model: a structure has members, all others may have a constraint.

    A list stands for its elements, since Terraform's blocks are their elements as well.
    """

    def member(self, name: str) -> Shape | None:
        """The member called ``name``, written as in the source or as in Terraform; ``None`` if there is none."""

    def constraint(self) -> Constraint | None:
        """What the value must be like; ``None`` if anything will do."""


def find(names: list[str], wanted: str) -> str | None:
    """The one of ``names`` that ``wanted`` means: ``health_check_path`` is ``HealthCheckPath``, ``stage`` is ``stages``."""
    by_letters = {_letters(name): name for name in names}
    return by_letters.get(_letters(wanted)) or by_letters.get(f"{_letters(wanted)}s")


def _letters(name: str) -> str:
    return name.replace("_", "").lower()
