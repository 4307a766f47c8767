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
    """Return the role of that ARN, if it exists."""
    try:
        return iam_backends[account_id][get_partition(region)].get_role_by_arn(arn)
    except NotFoundException:
        return None


def role_trusts(role: Role | None, service: str) -> bool:
    """Whether the trust policy of an existing role admits ``service`` ("events.amazonaws.com"); conditions are not read."""
    document = role.assume_role_policy_document if role else '{"Statement": []}'
    return any(
        statement["Effect"] == "Allow" and service in _services(statement)
        for statement in as_list(json.loads(document)["Statement"])
    )


def role_allows(role: Role | None, action: str, resource: str) -> bool:
    """Whether the inline policies of an existing role allow ``action`` on the ARN ``resource``.

    Conditions are not read: what is allowed under one is allowed, and what is denied under one is not denied.
    """
    statements = [
        {name: value for name, value in statement.items() if name != "Condition"}
        for document in (role.policies.values() if role else ())
        for statement in as_list(json.loads(document)["Statement"])
        if statement["Effect"] == "Allow" or "Condition" not in statement
    ]
    policy = IAMPolicy(json.dumps({"Statement": statements}))
    return policy.is_action_permitted(action, resource) == PermissionResult.PERMITTED


def find_allowing_statements(policy: str | bytes, service: str, action: str) -> Iterator[dict[str, Any]]:
    """Yield the statements of ``policy`` that allow the principal ``service`` ("logging.s3.amazonaws.com") ``action``.

    The caller reads their resources and conditions.
    """
    for statement in as_list(json.loads(policy)["Statement"]):
        allowed = statement["Effect"] == "Allow" and service in _services(statement)
        if allowed and matches_pattern(action, statement.get("Action", [])):
            yield statement


def matches_pattern(text: str, patterns: object) -> bool:
    """Whether ``text`` matches one of ``patterns`` (one or several), in which * matches anything."""
    return any(fnmatchcase(text, pattern) for pattern in as_list(patterns))


def as_list(value: Any) -> list[Any]:
    """Return ``value`` as a list: a policy may hold one value instead of a list of one."""
    return value if isinstance(value, list) else [value]


def _services(statement: dict[str, Any]) -> list[str]:
    principal = statement.get("Principal", {})
    return as_list(principal.get("Service", [])) if isinstance(principal, dict) else []
