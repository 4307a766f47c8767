"""Connections to the hosts of source repositories, one for all services of an environment."""

from __future__ import annotations

from collections.abc import Iterable

from tealform.aws import CodeconnectionsConnection, Construct, TerraformOutput
from tealform.naming import Context
from tealform.pipeline.sources.connection import HOSTS
from tealform.settings.service import Service
from tealform.settings.source import Connected


def connections(scope: Construct, context: Context, services: Iterable[Service]) -> dict[str, str]:
    """The ARN of a new connection for each host that a service names without a connection of its own.

    It is pending until somebody completes it in the console; no API can:
    https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-update.html
    """
    kinds = {service.source.kind for service in services if _needs_one(service)}
    return {kind: _connection(scope, context, kind) for kind in sorted(kinds)}


def _needs_one(service: Service) -> bool:
    return isinstance(service.source, Connected) and service.source.connection is None


def _connection(scope: Construct, context: Context, kind: str) -> str:
    host, _ = HOSTS[kind]
    connection = CodeconnectionsConnection(
        scope, f"connection-{kind}", name=connection_name(context, kind), provider_type=host
    )
    address = f"{context.console}/codesuite/settings/connections?region={context.region}"
    TerraformOutput(
        scope,
        f"{kind}-connection",
        value=address,
        description=f"Where somebody completes the connection to {host}, once",
    )
    return connection.arn


def connection_name(context: Context, kind: str) -> str:
    """The name of the connection to a host; AWS allows 32 characters."""
    return context.name(kind)
