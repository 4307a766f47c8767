"""Rules, and findings: what a rule finds wrong with one resource."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "high", "medium", "low"]

SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
"""From the worst to the least."""


@dataclass(frozen=True)
class Rule:
    """A requirement on generated Terraform.

    ``title`` states it as a sentence, ``why`` says what happens otherwise, ``fix`` how to meet it, ``link`` where AWS,
    Terraform or checkov document it. ``setting`` is the key of environment.hcl that decides it, like
    ``service.<name>.release.approval``; if empty, it is the setting that the resource's construct is made from.
    """

    id: str
    severity: Severity
    title: str
    why: str
    fix: str
    link: str
    setting: str = ""


@dataclass(frozen=True)
class Finding:
    """One failed check on one resource.

    ``address`` is Terraform's (``aws_kms_key.main``). ``path`` is the construct path below the environment
    (``pipeline/web/build/project``), empty if the resource has none. ``title`` is the requirement; ``message`` is what is
    wrong with this resource, where that says more than the title.
    """

    check: str
    title: str
    address: str
    path: str = ""
    guideline: str = ""
    message: str = ""

    def lines(self) -> Iterator[str]:
        """Yield the finding, then its resource, path and guideline as far as they are known."""
        yield f"  {self.check}: {self.title}"
        for name, value in (("resource", self.address), ("path", self.path), ("guideline", self.guideline)):
            if value:
                yield f"    {name}: {value}"
