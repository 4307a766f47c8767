"""One server for a file of tests; each test has its own workspace."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tealform_harness.hcp_emulator.models import EmulatedWorkspace, Organization
from tealform_harness.hcp_emulator.server import TOKEN, EmulatedHcp, running
from tests.unit.hcp_emulator.client import Client


@pytest.fixture(scope="module")
def hcp() -> Iterator[EmulatedHcp]:
    with running(Organization("acme", TOKEN, users={"annas-token": "anna"}), {}) as emulated:
        yield emulated


@pytest.fixture
def client(hcp: EmulatedHcp) -> Client:
    return Client(hcp)


@pytest.fixture
def anna(hcp: EmulatedHcp) -> Client:
    """Somebody else."""
    return Client(hcp, "annas-token")


@pytest.fixture
def workspace(hcp: EmulatedHcp, request: pytest.FixtureRequest) -> EmulatedWorkspace:
    return hcp.organization.add_workspace(str(request.node.name), terraform_version="1.11.4")
