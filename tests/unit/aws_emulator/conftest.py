"""One emulated AWS for each test, or for each file of tests that need a network, emptied after each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws
from moto.core.base_backend import BackendDict

from tealform_harness.aws_emulator.services import install
from tests.unit.aws_emulator.shop import Network, Shop


@pytest.fixture
def aws() -> Iterator[None]:
    """An empty emulated AWS."""
    install()
    with mock_aws():
        yield


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    """A network in an emulated AWS of the file's own."""
    install()
    with mock_aws(config={"lambda": {"use_docker": False}}):
        yield Network()


def empty() -> None:
    """Remove all that a test has created, but the network and the key."""
    for backends in vars(BackendDict)["_instances"]:
        for backend in backends.values():
            # A new EC2 and a new key take longer than a test; network and key are the same in all of them.
            if backend.service_name not in ("ec2", "kms"):
                backend.reset()


@pytest.fixture
def empty_network(network: Network) -> Iterator[Network]:
    """The network; what else a test creates is removed after it."""
    yield network
    empty()


@pytest.fixture
def shop(network: Network) -> Iterator[Shop]:
    yield Shop(network)
    empty()
