"""The policies in generated Terraform, each with what it is for and where it is attached."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from harness.errors import HarnessError
from harness.permissions.references import Json, References
from harness.terraform_json import blocks

Kind = Literal["trust", "permissions", "resource"]

_DOCUMENT = re.compile(r"\$\{data\.aws_iam_policy_document\.(?P<name>[\w-]+)\.(minified_)?json\}")
_RESOURCE = re.compile(r"\$\{(?P<address>aws_\w+\.[\w-]+)\.\w+\}")

_OF_ROLES: Mapping[tuple[str, str], Kind] = {
    ("aws_iam_role", "assume_role_policy"): "trust",
    ("aws_iam_role_policy", "policy"): "permissions",
}

# Whose policy it is, by the argument that says so.
_OF_RESOURCES: Mapping[str, str] = {
    "aws_cloudwatch_event_bus_policy": "event_bus_name",
    "aws_ecr_repository_policy": "repository",
    "aws_kms_key_policy": "key_id",
    "aws_s3_bucket_policy": "bucket",
    "aws_sns_topic_policy": "arn",
}

UNREAD = {
    "aws_ecr_registry_policy",
    "aws_iam_policy_attachment",
    "aws_iam_role_policies_exclusive",
    "aws_iam_user",
    "aws_kms_grant",
    "aws_lambda_permission",
    "aws_s3_bucket_acl",
    "aws_secretsmanager_secret_policy",
    "aws_vpc_endpoint_policy",
}
"""Resources that allow something in other ways than the ones that are read here."""


@dataclass(frozen=True)
class Condition:
    """A condition of a statement: test, variable, and the values of which one must fit."""

    test: str
    variable: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """A statement with its references resolved. ``principals`` are pairs of type and identifier."""

    sid: str
    effect: str
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    principals: tuple[tuple[str, str], ...] = ()
    conditions: tuple[Condition, ...] = ()
    # Names of the arguments that say what does not count: not_actions and its like.
    negations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Policy:
    """A policy. ``owner`` is the address of the role or resource that it is attached to, ``name`` what AWS calls that."""

    kind: Kind
    owner: str
    name: str
    statements: tuple[Statement, ...]

    @cached_property
    def size(self) -> int:
        """The characters that AWS counts: those of the JSON without white space."""
        statements = [_rendered(statement) for statement in self.statements]
        return len(json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":")))


@dataclass(frozen=True)
class Role:
    """A role: its address and name, who may take it, what it may do by itself, and the managed policies it has.

    ``attached`` are those of them that are generated, ``managed`` the ARNs of the others.
    """

    address: str
    name: str
    trust: Policy
    inline: tuple[Policy, ...]
    managed: tuple[str, ...]
    attached: tuple[Policy, ...] = ()


@dataclass(frozen=True)
class Permissions:
    """All that one environment's generated Terraform allows."""

    roles: tuple[Role, ...]
    resources: tuple[Policy, ...]

    def __iter__(self) -> Iterator[Policy]:
        for role in self.roles:
            yield role.trust
            yield from role.inline
            yield from role.attached
        yield from self.resources


def read(document: Json) -> Permissions:
    """All policies in an environment's generated Terraform.

    Raises ``HarnessError`` for what would be overlooked: a policy that is no document, one that is attached to nothing or
    to something unknown, and resources that allow things in other ways.
    """
    return _Reader(document).permissions()


class _Reader:
    def __init__(self, document: Json) -> None:
        self._document, self._references = document, References(document)
        self._resources: dict[str, dict[str, Json]] = document.get("resource", {})
        self._read: set[str] = set()

    def permissions(self) -> Permissions:
        for kind in sorted(UNREAD & self._resources.keys()):
            raise HarnessError(f"{kind} allows something that harness/permissions/policies.py does not read")
        roles = tuple(self._role(name, body) for name, body in sorted(self._of("aws_iam_role")))
        resources = tuple(self._of_resources())
        unread = self._document.get("data", {}).get("aws_iam_policy_document", {}).keys() - self._read
        if unread:
            raise HarnessError(f"attached to nothing that harness/permissions/policies.py knows: {sorted(unread)}")
        return Permissions(roles, resources)

    def _of(self, kind: str) -> list[tuple[str, Json]]:
        return list(self._resources.get(kind, {}).items())

    def _role(self, name: str, body: Json) -> Role:
        address = f"aws_iam_role.{name}"
        if body.get("inline_policy") or body.get("managed_policy_arns"):
            raise HarnessError(f"{address}: its policies are resources of their own")
        return Role(
            address,
            body["name"],
            self._policy("trust", address, body["name"], body["assume_role_policy"]),
            tuple(
                self._policy("permissions", address, body["name"], policy["policy"])
                for _, policy in sorted(self._of("aws_iam_role_policy"))
                if _owner(policy["role"]) == address
            ),
            tuple(sorted(self._references.resolved(arn) for arn in self._attached(address) if not _is_generated(arn))),
            tuple(
                self._policy("permissions", address, body["name"], self._resources["aws_iam_policy"][name]["policy"])
                for name in sorted(
                    _owner(arn).partition(".")[2] for arn in self._attached(address) if _is_generated(arn)
                )
            ),
        )

    def _attached(self, address: str) -> list[str]:
        attachments = (attachment for _, attachment in self._of("aws_iam_role_policy_attachment"))
        return [attachment["policy_arn"] for attachment in attachments if _owner(attachment["role"]) == address]

    def _of_resources(self) -> Iterator[Policy]:
        for kind, argument in _OF_RESOURCES.items():
            for _, body in sorted(self._of(kind)):
                owner = _owner(body[argument])
                yield self._policy("resource", owner, self._name(owner), body["policy"])

    def _name(self, address: str) -> str:
        kind, _, name = address.partition(".")
        body = self._resources.get(kind, {}).get(name, {})
        named = (body[key] for key in ("bucket", "name", "description") if key in body)
        return self._references.resolved(str(next(named, address)))

    def _policy(self, kind: Kind, owner: str, name: str, value: str) -> Policy:
        match = _DOCUMENT.fullmatch(value)
        if match is None:
            raise HarnessError(f"{owner}: its policy is no aws_iam_policy_document but {value}")
        self._read.add(match["name"])
        body = self._document["data"]["aws_iam_policy_document"][match["name"]]
        return Policy(kind, owner, name, tuple(self._statement(each) for each in blocks(body["statement"])))

    def _statement(self, body: Json) -> Statement:
        return Statement(
            sid=body.get("sid", ""),
            effect=body.get("effect", "Allow"),
            actions=tuple(body.get("actions", ())),
            resources=self._texts(body.get("resources", ())),
            principals=tuple(
                (principal["type"], identifier)
                for principal in blocks(body.get("principals"))
                for identifier in self._texts(principal["identifiers"])
            ),
            conditions=tuple(
                Condition(condition["test"], condition["variable"], self._texts(condition["values"]))
                for condition in blocks(body.get("condition"))
            ),
            negations=tuple(key for key in ("not_actions", "not_principals", "not_resources") if body.get(key)),
        )

    def _texts(self, values: Sequence[str]) -> tuple[str, ...]:
        return tuple(self._references.resolved(value) for value in values)


def _owner(value: str) -> str:
    match = _RESOURCE.fullmatch(value)
    return match["address"] if match else value


def _is_generated(policy_arn: str) -> bool:
    return _owner(policy_arn).startswith("aws_iam_policy.")


def _rendered(statement: Statement) -> dict[str, Any]:
    principals: dict[str, list[str]] = {}
    for kind, identifier in statement.principals:
        principals.setdefault(kind, []).append(identifier)
    conditions: dict[str, dict[str, list[str]]] = {}
    for condition in statement.conditions:
        conditions.setdefault(condition.test, {})[condition.variable] = list(condition.values)
    parts = {
        "Sid": statement.sid,
        "Effect": statement.effect,
        "Principal": principals,
        "Action": statement.actions,
        "Resource": statement.resources,
        "Condition": conditions,
    }
    return {key: value for key, value in parts.items() if value}
