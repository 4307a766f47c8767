"""Reads the IAM policies in generated Terraform, each with its kind and what it is attached to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from tealform.errors import TealformError
from tealform.policy.iam import policy_json
from tealform.policy.iam.arn_resolver import Json, References
from tealform.synth import terraform_json
from tealform.synth.terraform_json import Resource, blocks

Kind = Literal["trust", "permissions", "resource"]

_DOCUMENT = re.compile(r"\$\{data\.aws_iam_policy_document\.(?P<name>[\w-]+)\.(minified_)?json\}")
_RESOURCE = re.compile(r"\$\{(?P<address>aws_\w+\.[\w-]+)\.\w+\}")

_IN_DOCUMENT = {"//", "policy_id", "provider", "statement", "version"}
_IN_STATEMENT = {
    "//", "actions", "condition", "effect", "not_actions", "not_principals", "not_resources", "principals", "resources", "sid",
}  # fmt: skip

# Whose policy it is, by the argument that says so.
_OF_RESOURCES: Mapping[str, str] = {
    "aws_cloudwatch_event_bus_policy": "event_bus_name",
    "aws_ecr_repository_policy": "repository",
    "aws_kms_key_policy": "key_id",
    "aws_s3_bucket_policy": "bucket",
    "aws_sns_topic_policy": "arn",
}

# Resources that may hold a policy of their own in the argument policy.
_WITH_POLICY = ("aws_kms_key", "aws_s3_bucket", "aws_sns_topic")

UNREAD = {
    "aws_cloudwatch_event_permission", "aws_cloudwatch_log_resource_policy", "aws_codebuild_resource_policy",
    "aws_ecr_registry_policy", "aws_iam_access_key", "aws_iam_group", "aws_iam_group_policy",
    "aws_iam_group_policy_attachment", "aws_iam_policy_attachment", "aws_iam_role_policies_exclusive",
    "aws_iam_role_policy_attachments_exclusive", "aws_iam_user", "aws_iam_user_policy",
    "aws_iam_user_policy_attachment", "aws_kms_grant", "aws_lambda_function_url",
    "aws_lambda_layer_version_permission", "aws_lambda_permission", "aws_s3_bucket_acl",
    "aws_secretsmanager_secret_policy", "aws_sqs_queue_policy", "aws_vpc_endpoint_policy",
}  # fmt: skip
"""Resources that allow something in other ways than the ones that are read here."""

_UNJUDGED = (
    "its type allows things in a way that cannot be judged; give the permission by a role's policy "
    "(aws_iam_role_policy) or by the policy of the resource itself"
)


@dataclass(frozen=True)
class PolicyCondition:
    """A condition of a statement: test, variable, and the values of which one must fit."""

    test: str
    variable: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class PolicyStatement:
    """A statement with its references resolved. ``principals`` are pairs of type and identifier."""

    sid: str
    effect: str
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    principals: tuple[tuple[str, str], ...] = ()
    conditions: tuple[PolicyCondition, ...] = ()
    # Names of the arguments that say what does not count: not_actions and its like.
    negations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Policy:
    """A policy. ``owner`` is the address of the role or resource that it is attached to, ``name`` that one's name in AWS."""

    kind: Kind
    owner: str
    name: str
    statements: tuple[PolicyStatement, ...]

    @cached_property
    def size(self) -> int:
        """The characters that AWS counts: those of the JSON without white space."""
        statements = [_rendered(statement) for statement in self.statements]
        return len(json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":")))


@dataclass(frozen=True)
class Role:
    """A role: its address and name, its trust policy, inline policies and managed policies.

    ``attached`` are the managed policies that are generated, ``managed`` the ARNs of the others.
    """

    address: str
    name: str
    trust: Policy
    inline: tuple[Policy, ...]
    managed: tuple[str, ...]
    attached: tuple[Policy, ...] = ()


@dataclass(frozen=True)
class Permissions:
    """All policies of one environment's generated Terraform."""

    roles: tuple[Role, ...]
    resources: tuple[Policy, ...]

    def __iter__(self) -> Iterator[Policy]:
        for role in self.roles:
            yield role.trust
            yield from role.inline
            yield from role.attached
        yield from self.resources


def read(document: Json) -> Permissions:
    """Return all policies in an environment's generated Terraform, from documents and from JSON text.

    Raises ``TealformError`` for what would be overlooked: a policy in another form, one that is attached to nothing or to
    something unknown, and resources that allow things in other ways.
    """
    permissions, problems = survey(document)
    if problems:
        raise TealformError(problems[0])
    return permissions


def survey(document: Json) -> tuple[Permissions, tuple[str, ...]]:
    """Return what ``read`` returns, as far as it can be read, and everything that it would raise for."""
    reader = _Reader(document)
    return reader.permissions(), tuple(dict.fromkeys(reader.problems))


class _Reader:
    def __init__(self, document: Json) -> None:
        self.problems: list[str] = []
        self._references = References(document)
        self._all = sorted(terraform_json.resources(document), key=lambda each: each.address)
        self._by_address = {each.address: each for each in self._all}
        self._read: set[str] = set()

    def permissions(self) -> Permissions:
        self.problems += [f"{each.address}: {_UNJUDGED}" for each in self._all if each.type in UNREAD]
        roles = tuple(role for body in self._of("aws_iam_role") if (role := self._role(body)))
        permissions = Permissions(roles, tuple(self._of_resources()))
        self._overlooked()
        return permissions

    def _overlooked(self) -> None:
        stray = [each.address for each in self._all if each.address not in self._read and _holds_policy(each)]
        if stray:
            self.problems.append(
                f"attached to nothing that tealform.policy.iam.policy_reader knows: {', '.join(stray)}"
            )

    @contextmanager
    def _at(self, address: str) -> Iterator[None]:
        """Record errors in this context as problems of ``address``."""
        try:
            yield
        except TealformError as error:
            self.problems.append(f"{address}: its policy cannot be read: {error}")
        except KeyError as error:
            self.problems.append(f"{address}: its policy cannot be read: {error} is missing")
        except (AttributeError, TypeError, ValueError) as error:
            self.problems.append(f"{address}: is not laid out as Terraform wants it: {error}")

    def _of(self, kind: str) -> list[Resource]:
        return [each for each in self._all if each.mode == "resource" and each.type == kind]

    def _role(self, role: Resource) -> Role | None:
        with self._at(role.address):
            body = role.body
            if body.get("inline_policy") or body.get("managed_policy_arns"):
                raise TealformError("its policies are resources of their own")
            name = self._name(role.address)
            trust = self._policy("trust", role.address, name, role, "assume_role_policy")
            attached = [
                _text(each.body["policy_arn"]) for each in self._belonging("aws_iam_role_policy_attachment", role)
            ]
            generated = [found for arn in attached if (found := self._by_address.get(_owner(arn)))]
            return Role(
                role.address,
                name,
                trust,
                tuple(self._permissions(role, self._belonging("aws_iam_role_policy", role))),
                tuple(
                    sorted(self._references.resolved(arn) for arn in attached if _owner(arn) not in self._by_address)
                ),
                tuple(self._permissions(role, generated)),
            )
        return None

    def _belonging(self, kind: str, role: Resource) -> list[Resource]:
        """Return the resources of this kind that belong to the role, by reference or by name."""
        found = [
            each for each in self._of(kind) if self._address(str(each.body.get("role")), "aws_iam_role") == role.address
        ]
        self._read.update(each.address for each in found)
        return found

    def _permissions(self, role: Resource, holders: Sequence[Resource]) -> Iterator[Policy]:
        for holder in holders:
            with self._at(holder.address):
                yield self._policy("permissions", role.address, self._name(role.address), holder, "policy")

    def _of_resources(self) -> Iterator[Policy]:
        for kind, argument in _OF_RESOURCES.items():
            for holder in self._of(kind):
                with self._at(holder.address):
                    owner = self._address(_text(holder.body[argument]), kind.removesuffix("_policy"))
                    yield self._policy("resource", owner, self._name(owner), holder, "policy")
        for kind in _WITH_POLICY:
            for holder in self._of(kind):
                if holder.body.get("policy"):
                    with self._at(holder.address):
                        yield self._policy("resource", holder.address, self._name(holder.address), holder, "policy")

    def _address(self, value: str, kind: str) -> str:
        """Return the address that ``value`` refers to, or of the resource that it names; else the value."""
        named = [each.address for each in self._of(kind) if value in (each.body.get("name"), each.body.get("bucket"))]
        return named[0] if named else _owner(value)

    def _name(self, address: str) -> str:
        found = self._by_address.get(address)
        body = found.body if found else {}
        named = (body[key] for key in ("bucket", "name", "description") if key in body)
        return self._references.resolved(str(next(named, address)))

    def _policy(self, kind: Kind, owner: str, name: str, holder: Resource, argument: str) -> Policy:
        self._read.add(holder.address)
        bodies = self._statements(_text(holder.body[argument]))
        return Policy(kind, owner, name, tuple(self._statement(each) for each in bodies))

    def _statements(self, value: str) -> list[Json]:
        match = _DOCUMENT.fullmatch(value)
        if match is None:
            return policy_json.parse_statements(value)
        address = f"data.aws_iam_policy_document.{match['name']}"
        if address not in self._by_address:
            raise TealformError(f"{address} is referred to, and not there")
        self._read.add(address)
        body = self._by_address[address].body
        _refuse_unknown(body, _IN_DOCUMENT, address)
        return list(blocks(body.get("statement")))

    def _statement(self, body: Json) -> PolicyStatement:
        _refuse_unknown(body, _IN_STATEMENT, "a statement")
        return PolicyStatement(
            sid=_text(body.get("sid", "")),
            effect=_text(body.get("effect", "Allow")),
            actions=self._texts(body.get("actions", ())),
            resources=self._texts(body.get("resources", ())),
            principals=tuple(
                (_text(principal["type"]), identifier)
                for principal in blocks(body.get("principals"))
                for identifier in self._texts(principal["identifiers"])
            ),
            conditions=tuple(
                PolicyCondition(
                    _text(condition["test"]), _text(condition["variable"]), self._texts(condition["values"])
                )
                for condition in blocks(body.get("condition"))
            ),
            negations=tuple(key for key in ("not_actions", "not_principals", "not_resources") if body.get(key)),
        )

    def _texts(self, values: Sequence[Any]) -> tuple[str, ...]:
        if not isinstance(values, list | tuple):
            raise TealformError(f"a list is meant where {json.dumps(values)} stands")
        return tuple(self._references.resolved(_text(value)) for value in values)


def _text(value: Any) -> str:
    """Return a text; Terraform itself converts numbers and truth."""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if not isinstance(value, str):
        raise TealformError(f"a text is meant where {json.dumps(value)} stands")
    return value


def _holds_policy(resource: Resource) -> bool:
    """Return whether a resource creates a policy, or has one as text in an argument."""
    if resource.type in (
        "aws_iam_policy",
        "aws_iam_policy_document",
        "aws_iam_role_policy",
        "aws_iam_role_policy_attachment",
    ):
        return True
    return any(policy_json.is_policy(value) for value in resource.body.values())


def _refuse_unknown(body: Json, known: set[str], where: str) -> None:
    if unknown := sorted(body.keys() - known):
        raise TealformError(f"{where} has {', '.join(unknown)}, which tealform.policy.iam.policy_reader does not read")


def _owner(value: str) -> str:
    match = _RESOURCE.fullmatch(value)
    return match["address"] if match else value


def _rendered(statement: PolicyStatement) -> dict[str, Any]:
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
