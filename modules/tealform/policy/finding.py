"""What a check finds wrong with one resource."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One failed check on one resource.

    ``address`` is Terraform's (``aws_kms_key.main``), ``path`` the construct path below the
    environment (``pipeline/web/build/project``), empty where the resource has none. ``message`` says what is wrong
    here, where that says more than the ``title``, which is what should hold.
    """

    check: str
    title: str
    address: str
    path: str = ""
    guideline: str = ""
    message: str = ""

    def lines(self) -> Iterator[str]:
        """What is wrong, and below it with what, as far as it is known."""
        yield f"  {self.check}: {self.title}"
        for name, value in (("resource", self.address), ("path", self.path), ("guideline", self.guideline)):
            if value:
                yield f"    {name}: {value}"
