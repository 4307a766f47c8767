"""Connections in an account and region, and the repositories behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

from moto.core.exceptions import JsonRESTError

from tealform_harness.aws_emulator.connections.hosting import HostedRepository
from tealform_harness.aws_emulator.moto_register import NewBackend

SERVICE, OLD_SERVICE = "codeconnections", "codestar-connections"


@dataclass
class Connection:
    """A connection; ``told`` is what GetConnection answers, ``tags`` are by key."""

    told: dict[str, Any]
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def available(self) -> bool:
        """Whether somebody has completed the handshake."""
        return bool(self.told["ConnectionStatus"] == "AVAILABLE")


class ConnectionBackend(NewBackend):
    """https://docs.aws.amazon.com/codeconnections/latest/APIReference/Welcome.html."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.connections: dict[str, Connection] = {}
        self.repositories: dict[str, HostedRepository] = {}

    def create(self, service: str, name: str, provider: str, tags: dict[str, str]) -> Connection:
        """A connection that waits for its handshake; ``service`` is the name by which it was asked for."""
        if any(each.told["ConnectionName"] == name for each in self.connections.values()):
            raise JsonRESTError("InvalidInputException", f"A connection with the name {name} already exists")
        arn = f"arn:{self.partition}:{service}:{self.region_name}:{self.account_id}:connection/{uuid4()}"
        return self.keep(arn, name, provider, "PENDING", tags)

    def keep(self, arn: str, name: str, provider: str, status: str, tags: dict[str, str]) -> Connection:
        """Keeps a connection under its ARN."""
        told = {
            "ConnectionName": name,
            "ConnectionArn": arn,
            "ProviderType": provider,
            "OwnerAccountId": self.account_id,
            "ConnectionStatus": status,
        }
        self.connections[arn] = Connection(told, tags)
        return self.connections[arn]

    def connection(self, arn: str) -> Connection:
        """The connection of that ARN, under either name of the service; raises ResourceNotFoundException."""
        found = next((each for known, each in self.connections.items() if _with_new_name(known) == _with_new_name(arn)), None)
        if found is None:
            raise JsonRESTError("ResourceNotFoundException", f"Connection {arn} not found")
        return found

    def delete(self, arn: str) -> None:
        """Raises ResourceNotFoundException."""
        del self.connections[self.connection(arn).told["ConnectionArn"]]

    def complete_handshake(self, arn: str) -> None:
        """What somebody does once in the console."""
        self.connection(arn).told["ConnectionStatus"] = "AVAILABLE"

    def repository(self, full_name: str) -> HostedRepository:
        """The repository of that name, which is empty if nothing was pushed to it yet."""
        return self.repositories.setdefault(full_name, HostedRepository(full_name))


class OldNamedBackend(NewBackend):
    """The same connections under the service's old name: all of them are in the backend of the new one."""


def get_connections(account_id: str, region: str) -> ConnectionBackend:
    """The connections of an account in a region."""
    # Not at the top: moto knows them only once they were added to it.
    from moto.backends import get_backend

    return cast(ConnectionBackend, get_backend(cast(Any, SERVICE))[account_id][region])


def _with_new_name(arn: str) -> str:
    return arn.replace(f":{OLD_SERVICE}:", f":{SERVICE}:")
