"""One change to a good environment that makes it insecure, or breaks its releases."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
Change = Callable[[Document], None]


@dataclass(frozen=True)
class Mutant:
    """A change to what was generated for ``environment`` (see ``good``), made in place by ``change``.

    ``title`` says what somebody did, ``harm`` what that does to whoever depends on the environment. ``blind`` is the
    reason why nothing in the gate can see it; empty for what must be seen. ``id`` is the name of a folder, too.
    """

    id: str
    title: str
    harm: str
    environment: str
    change: Change
    blind: str = ""

    def applied(self, document: Document) -> Document:
        """The document with the change; raises ``ValueError`` if it cannot be made there, or changes nothing."""
        changed = copy.deepcopy(document)
        try:
            self.change(changed)
        except ValueError as error:
            raise ValueError(f"{self.id}: {error}") from error
        if changed == document:
            raise ValueError(f"{self.id}: changes nothing in {self.environment}")
        return changed
