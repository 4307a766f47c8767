"""What must hold of generated Terraform, whatever the settings were. Each invariant yields what violates it."""

from __future__ import annotations

from collections.abc import Mapping

from tests.invariants.assertions import (
    accounts,
    builds,
    contract,
    names,
    ownership,
    permissions,
    pipelines,
    references,
    releases,
    routes,
    tasks,
)
from tests.invariants.assertions.document import Among, Body, Invariant

ALL: tuple[Invariant, ...] = (
    *ownership.ALL,
    *releases.ALL,
    *names.ALL,
    *references.ALL,
    *tasks.ALL,
    *routes.ALL,
    *permissions.ALL,
    *contract.ALL,
    *pipelines.ALL,
    *builds.ALL,
)

AMONG: tuple[Among, ...] = accounts.ALL


def violations(document: Body) -> list[str]:
    """All that is wrong with generated Terraform, each with the invariant that says so."""
    return [f"{invariant.__name__}: {each}" for invariant in ALL for each in invariant(document)]


def violations_among(documents: Mapping[str, Body]) -> list[str]:
    """All that is wrong between the generated Terraform of a project's environments, which is given by their names."""
    return [f"{invariant.__name__}: {each}" for invariant in AMONG for each in invariant(documents)]
