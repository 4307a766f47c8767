"""What must hold of generated Terraform, whatever the settings were. Each invariant yields what violates it."""

from __future__ import annotations

from tests.properties.invariants import contract, names, ownership, permissions, references, releases, routes, tasks
from tests.properties.invariants.document import Body, Invariant

ALL: tuple[Invariant, ...] = (
    *ownership.ALL,
    *releases.ALL,
    *names.ALL,
    *references.ALL,
    *tasks.ALL,
    *routes.ALL,
    *permissions.ALL,
    *contract.ALL,
)


def violations(document: Body) -> list[str]:
    """All that is wrong with generated Terraform, each with the invariant that says so."""
    return [f"{invariant.__name__}: {each}" for invariant in ALL for each in invariant(document)]
