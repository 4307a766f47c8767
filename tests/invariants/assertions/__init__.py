"""What must be true of generated Terraform, whatever the settings were. Each invariant yields what violates it."""

from __future__ import annotations

from collections.abc import Mapping

# Each module registers its invariants.
from tests.invariants.assertions import (  # noqa: F401
    accounts,
    contract,
    names,
    permissions,
    pipelines,
    releases,
    routes,
    tasks,
)
from tests.invariants.assertions.document import INVARIANTS, PROJECT_INVARIANTS, Body


def violations(document: Body) -> list[str]:
    """List all that is wrong with generated Terraform, each with the invariant that says so."""
    return [f"{check.__name__}: {each}" for check in INVARIANTS for each in check(document)]


def project_violations(documents: Mapping[str, Body]) -> list[str]:
    """List all that is wrong between the generated Terraform of a project's environments, given by their names."""
    return [f"{check.__name__}: {each}" for check in PROJECT_INVARIANTS for each in check(documents)]
