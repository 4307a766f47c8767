"""What the stand-in complains of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

# The name of an attribute or block, or a position in a list. Elements of sets have no position.
Step: TypeAlias = str | int


class Severity(Enum):
    """Whether Terraform goes on."""

    ERROR = 1
    WARNING = 2


@dataclass(frozen=True)
class Diagnostic:
    """An error or warning about what is at ``path`` in a resource, a data source or the provider."""

    severity: Severity
    summary: str
    detail: str
    path: tuple[Step, ...] = ()


def error(summary: str, detail: str, path: tuple[Step, ...] = ()) -> Diagnostic:
    """An error that says who speaks, since Terraform presents it as the provider's own."""
    return Diagnostic(Severity.ERROR, summary, _signed(detail), path)


def warning(summary: str, detail: str, path: tuple[Step, ...] = ()) -> Diagnostic:
    """A warning that says who speaks, since Terraform presents it as the provider's own."""
    return Diagnostic(Severity.WARNING, summary, _signed(detail), path)


def _signed(detail: str) -> str:
    return f"{detail}\n\nSaid by the stand-in for hashicorp/aws."
