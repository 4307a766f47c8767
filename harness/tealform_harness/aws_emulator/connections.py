"""CodeConnections, under its old name too, and the repositories on GitHub, GitLab or Bitbucket behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, EmptyResult

from tealform_harness.aws_emulator.codecommit.history import Commit, File
from tealform_harness.aws_emulator.moto_patch import NewBackend, ParsedResponse, get_added_backend

_AUTHOR = ("somebody", "somebody@example.com")


@dataclass(frozen=True)
class Push:
    """What a host tells of a push: a branch or a tag, its commit, and the paths of the files that differ from before."""

    repository: str
    commit_id: str
    branch: str | None = None
    tag: str | None = None
    changed: frozenset[str] = frozenset()


@dataclass
class HostedRepository:
    """A repository by its full name ("example/shop"): branches and tags by name, each the id of a commit."""

    full_name: str
    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def push(self, branch: str, files: Mapping[str, bytes], message: str) -> Push:
        """Put a commit with exactly ``files`` on ``branch``; a new branch begins at the first one."""
        parent = self.branches.get(branch) or next(iter(self.branches.values()), None)
        before = {path: file.content for path, file in self.commits[parent].files.items()} if parent else {}
        commit = Commit(
            (parent,) if parent else (), {path: File(content) for path, content in files.items()}, message, *_AUTHOR
        )
        self.commits[commit.commit_id] = commit
        self.branches[branch] = commit.commit_id
        changed = {path for path in {*before, *files} if before.get(path) != files.get(path)}
        return Push(self.full_name, commit.commit_id, branch=branch, changed=frozenset(changed))

    def push_tag(self, tag: str, branch: str) -> Push:
        """Tag the newest commit of ``branch``."""
        self.tags[tag] = self.branches[branch]
        return Push(self.full_name, self.tags[tag], tag=tag)


SERVICE, OLD_SERVICE = "codeconnections", "codestar-connections"


@dataclass
class Connection:
    """A connection; ``settings`` is what GetConnection answers, ``tags`` are by key."""

    settings: dict[str, Any]
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def is_available(self) -> bool:
        """Whether somebody has completed the handshake."""
        return bool(self.settings["ConnectionStatus"] == "AVAILABLE")


class ConnectionBackend(NewBackend):
    """https://docs.aws.amazon.com/codeconnections/latest/APIReference/Welcome.html."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.connections: dict[str, Connection] = {}
        self.repositories: dict[str, HostedRepository] = {}

    def create(self, service: str, name: str, provider: str, tags: dict[str, str]) -> Connection:
        """A connection that waits for its handshake; ``service`` is the name by which it was asked for."""
        if any(each.settings["ConnectionName"] == name for each in self.connections.values()):
            raise JsonRESTError("InvalidInputException", f"A connection with the name {name} already exists")
        arn = f"arn:{self.partition}:{service}:{self.region_name}:{self.account_id}:connection/{uuid4()}"
        return self.keep(arn, name, provider, "PENDING", tags)

    def keep(self, arn: str, name: str, provider: str, status: str, tags: dict[str, str]) -> Connection:
        """Keep a connection under its ARN."""
        settings = {
            "ConnectionName": name,
            "ConnectionArn": arn,
            "ProviderType": provider,
            "OwnerAccountId": self.account_id,
            "ConnectionStatus": status,
        }
        self.connections[arn] = Connection(settings, tags)
        return self.connections[arn]

    def connection(self, arn: str) -> Connection:
        """The connection of that ARN, under either name of the service; raises ResourceNotFoundException."""
        found = next(
            (each for known, each in self.connections.items() if _with_new_name(known) == _with_new_name(arn)), None
        )
        if found is None:
            raise JsonRESTError("ResourceNotFoundException", f"Connection {arn} not found")
        return found

    def delete(self, arn: str) -> None:
        """Raise ResourceNotFoundException."""
        del self.connections[self.connection(arn).settings["ConnectionArn"]]

    def complete_handshake(self, arn: str) -> None:
        """What somebody does once in the console."""
        self.connection(arn).settings["ConnectionStatus"] = "AVAILABLE"

    def repository(self, full_name: str) -> HostedRepository:
        """The repository of that name, which is empty if nothing was pushed to it yet."""
        return self.repositories.setdefault(full_name, HostedRepository(full_name))


class OldNamedBackend(NewBackend):
    """The same connections under the service's old name: all of them are in the backend of the new one."""


def get_connections(account_id: str, region: str) -> ConnectionBackend:
    """The connections of an account in a region."""
    return cast(ConnectionBackend, get_added_backend(SERVICE, account_id, region))


def _with_new_name(arn: str) -> str:
    return arn.replace(f":{OLD_SERVICE}:", f":{SERVICE}:")


class ConnectionResponse(ParsedResponse):
    """Of the service under its new name."""

    service = SERVICE

    @property
    def _connections(self) -> ConnectionBackend:
        return get_connections(self.current_account, self.region)

    def create_connection(self) -> ActionResult:
        """CreateConnection."""
        tags = {tag["Key"]: tag["Value"] for tag in self._get_param("Tags") or []}
        made = self._connections.create(
            self.service, self._get_param("ConnectionName"), self._get_param("ProviderType"), tags
        )
        return ActionResult({"ConnectionArn": made.settings["ConnectionArn"], "Tags": _describe_tags(made.tags)})

    def get_connection(self) -> ActionResult:
        """GetConnection."""
        return ActionResult({"Connection": self._connections.connection(self._get_param("ConnectionArn")).settings})

    def list_connections(self) -> ActionResult:
        """ListConnections, in one page."""
        wanted = self._get_param("ProviderTypeFilter")
        described = [each.settings for each in self._connections.connections.values()]
        return ActionResult({"Connections": [each for each in described if wanted in (None, each["ProviderType"])]})

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

    service = OLD_SERVICE


def _describe_tags(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
