"""IAM: who may assume a role, what a role may do, and which services a resource policy admits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.models import Role, iam_backends
from moto.utilities.utils import get_partition


def find_role(account_id: str, region: str, arn: str) -> Role | None:
    """The role of that ARN, if there is one."""
    try:
        return iam_backends[account_id][get_partition(region)].get_role_by_arn(arn)
    except NotFoundException:
        return None


def role_trusts(role: Role, service: str) -> bool:
    """Whether the role's trust policy lets ``service`` («events.amazonaws.com») take it on; conditions are not read."""
    return any(
        statement["Effect"] == "Allow" and service in _listed(statement.get("Principal", {}), "Service")
        for statement in _statements(role.assume_role_policy_document)
    )


def role_allows(role: Role, action: str, resource: str) -> bool:
    """Whether the role's inline policies allow ``action`` on the ARN ``resource``.

    Conditions are not read: what is allowed under one is allowed, and what is denied under one is not denied.
    """
    statements = [
        {name: value for name, value in statement.items() if name != "Condition"}
        for document in role.policies.values()
        for statement in _statements(document)
        if statement["Effect"] == "Allow" or "Condition" not in statement
    ]
    policy = IAMPolicy(json.dumps({"Statement": statements}))
    return policy.is_action_permitted(action, resource) == PermissionResult.PERMITTED


def _statements(document: str) -> list[dict[str, Any]]:
    statements = json.loads(document)["Statement"]
    return statements if isinstance(statements, list) else [statements]


def _listed(principal: Any, kind: str) -> list[str]:
    named = principal.get(kind, []) if isinstance(principal, dict) else []
    return [named] if isinstance(named, str) else list(named)


def find_allowing_statements(policy: str | bytes, service: str, action: str) -> Iterator[dict[str, Any]]:
    """The statements of ``policy`` that allow the principal ``service`` («logging.s3.amazonaws.com») ``action``.

    Their resources and conditions are the caller's to read.
    """
    for statement in as_list(json.loads(policy)["Statement"]):
        principal = statement.get("Principal", {})
        services = as_list(principal.get("Service", [])) if isinstance(principal, dict) else []
        if (
            statement["Effect"] == "Allow"
            and service in services
            and matches_pattern(action, statement.get("Action", []))
        ):
            yield statement


def matches_pattern(text: str, patterns: object) -> bool:
    """Whether one of ``patterns``, one or several, in which * stands for anything, is that of ``text``."""
    return any(fnmatchcase(text, pattern) for pattern in as_list(patterns))


def as_list(value: Any) -> list[Any]:
    """A policy may hold one value in the place of a list of one."""
    return value if isinstance(value, list) else [value]
