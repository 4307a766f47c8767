"""The requests about connections."""

from __future__ import annotations

from moto.core.responses import ActionResult, EmptyResult

from tealform_harness.aws_emulator.connections.backend import OLD_SERVICE, SERVICE, ConnectionBackend, get_connections
from tealform_harness.aws_emulator.moto_patch import ExtendedResponse


class ConnectionResponse(ExtendedResponse):
    """Of the service under its new name."""

    name = SERVICE

    def __init__(self) -> None:
        super().__init__(service_name=self.name)
        self.automated_parameter_parsing = True

    @property
    def _connections(self) -> ConnectionBackend:
        return get_connections(self.current_account, self.region)

    def create_connection(self) -> ActionResult:
        """CreateConnection."""
        tags = {tag["Key"]: tag["Value"] for tag in self._get_param("Tags") or []}
        made = self._connections.create(
            self.name, self._get_param("ConnectionName"), self._get_param("ProviderType"), tags
        )
        return ActionResult({"ConnectionArn": made.told["ConnectionArn"], "Tags": _describe_tags(made.tags)})

    def get_connection(self) -> ActionResult:
        """GetConnection."""
        return ActionResult({"Connection": self._connections.connection(self._get_param("ConnectionArn")).told})

    def list_connections(self) -> ActionResult:
        """ListConnections, in one page."""
        wanted = self._get_param("ProviderTypeFilter")
        told = [each.told for each in self._connections.connections.values()]
        return ActionResult({"Connections": [each for each in told if wanted in (None, each["ProviderType"])]})

    def delete_connection(self) -> ActionResult:
        """DeleteConnection."""
        self._connections.delete(self._get_param("ConnectionArn"))
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        return ActionResult({"Tags": _describe_tags(self._tags())})

    def tag_resource(self) -> ActionResult:
        """TagResource."""
        self._tags().update({tag["Key"]: tag["Value"] for tag in self._get_param("Tags")})
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        """UntagResource."""
        for key in self._get_param("TagKeys"):
            self._tags().pop(key, None)
        return EmptyResult()

    def _tags(self) -> dict[str, str]:
        return self._connections.connection(self._get_param("ResourceArn")).tags


class OldNamedResponse(ConnectionResponse):
    """Of the service under its old name, which much of the world still uses."""

    name = OLD_SERVICE


def _describe_tags(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
