"""IAM roles that somebody outside the plan assumes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tealform.plan import changes
from tealform.plan.aws_queries import parse_account
from tealform.plan.changes import Blocker, Change


def find_blockers(plan: Mapping[str, Any]) -> Iterator[Blocker]:
    """Block the end of roles that HCP Terraform, GitHub or another account assumes, and the replacement of any role.

    Policies store a principal by its id, which a new role of the same name does not have:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
    """
    for change in changes.from_plan(plan):
        if change.type != "aws_iam_role" or not change.ends or change.deposed:
            continue
        if outside := _outside(change):
            yield Blocker(change.address, f"{outside} takes this role, and gets in no more")
        elif change.action == "replace":
            yield Blocker(
                change.address,
                "policies that name it, of buckets, keys and roles, go on meaning the old one until they are saved again",
            )


def _outside(change: Change) -> str:
    """Return who assumes the role from outside the account; empty for AWS services and the account itself."""
    own = parse_account(change.before.get("arn"))
    try:
        statements = _as_list(json.loads(change.before.get("assume_role_policy", "")).get("Statement"))
    except (TypeError, ValueError, AttributeError):
        return ""
    for principal in (each["Principal"] for each in statements if isinstance(each.get("Principal"), dict)):
        for federated in _as_list(principal.get("Federated")):
            # An OIDC provider's ARN ends with its host; Cognito's is the host itself.
            return str(federated).rpartition("/")[2]
        for caller in _as_list(principal.get("AWS")):
            if caller == "*":
                return "whoever fulfils its conditions"
            # A principal is an ARN, or an account itself.
            if (account := caller if caller.isdecimal() else parse_account(caller)) not in ("", own):
                return f"account {account}"
    return ""


def _as_list(value: Any) -> list[Any]:
    """AWS accepts a single element without a list around it."""
    return value if isinstance(value, list) else [] if value is None else [value]
