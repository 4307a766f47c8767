"""What is asked of generated Terraform, and how it is told to whoever has to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "high", "medium", "low"]

SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
"""From the worst to the least."""


@dataclass(frozen=True)
class Rule:
    """One thing that must hold.

    ``title`` says it as a sentence, ``why`` what happens otherwise, ``fix`` how it is mended, ``link`` where AWS,
    Terraform or checkov say so. ``setting`` is what decides it in environment.hcl, like
    ``service.<name>.release.approval``; without one it is the setting that the resource's construct is made from.
    """

    id: str
    severity: Severity
    title: str
    why: str
    fix: str
    link: str
    setting: str = ""
