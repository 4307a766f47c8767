"""Roles that somebody takes who is not in the plan."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from tealform.plan import arns, changes
from tealform.plan.blocker import Objection
from tealform.plan.changes import Change


def objections(plan: Mapping[str, Any]) -> Iterator[Objection]:
    """Objects to the end of roles that HCP Terraform, GitHub or another account takes, and to the replacement of any.

    Policies keep whom they name by an id, which a new role of the same name does not have:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
    """
    for change in changes.of(plan):
        if change.type != "aws_iam_role" or not change.ends or change.deposed:
            continue
        if outside := _outside(change):
            yield Objection(change.address, f"{outside} takes this role, and gets in no more")
        elif change.action == "replace":
            yield Objection(
                change.address,
                "policies that name it, of buckets, keys and roles, go on meaning the old one until they are saved again",
            )


def _outside(change: Change) -> str:
    """Who takes the role from outside the account; nothing for AWS's own services and the account itself."""
    own = arns.account(change.before.get("arn"))
    for statement in _statements(change.before.get("assume_role_policy")):
        principal = statement.get("Principal")
        if not isinstance(principal, dict):
            continue
        for federated in _listed(principal.get("Federated")):
            # An OIDC provider's ARN ends with its host; Cognito's is the host itself.
            return str(federated).rpartition("/")[2]
        for caller in _listed(principal.get("AWS")):
            if caller == "*":
                return "whoever fulfils its conditions"
            if _account(caller) not in ("", own):
                return f"account {_account(caller)}"
    return ""


def _account(principal: str) -> str:
    """The account of an ARN, or which it is itself."""
    return principal if principal.isdecimal() else arns.account(principal)


def _statements(policy: Any) -> list[dict[str, Any]]:
    with suppress(TypeError, ValueError, AttributeError):
        return _listed(json.loads(policy).get("Statement"))
    return []


def _listed(value: Any) -> list[Any]:
    """AWS lets what is one be no list."""
    return value if isinstance(value, list) else [] if value is None else [value]
