"""What the roles that run Terraform may do: look, and change what is named after the environment.

The permissions cover everything that can be generated, not only what the settings ask for at the moment. Otherwise each change of
the settings would need other roles first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tealform.bootstrap.permissions import delivery, infrastructure
from tealform.bootstrap.permissions.resource_arns import ResourceArns
from tealform.common.iam import Statement

MAX_POLICY_CHARACTERS = 6_144
"""Characters of a managed policy: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""


def read_policies(arns: ResourceArns) -> Mapping[str, Sequence[Statement]]:
    """Return what a plan and the plan guard read from AWS, by the name of a policy. Nothing in it reads users' data."""
    platform = [
        *infrastructure.read_network(arns),
        *infrastructure.read_load_balancer(arns),
        *delivery.read_services(arns),
        *infrastructure.read_storage(arns),
        *infrastructure.read_identity(arns),
    ]
    return _split({"read-platform": platform, "read-pipelines": delivery.read_pipelines(arns)})


def change_policies(arns: ResourceArns) -> Mapping[str, Sequence[Statement]]:
    """Return what an apply or a destroy does in addition, by the name of a policy."""
    return _split(
        {
            "change-network": infrastructure.change_network(arns),
            "change-load-balancer": infrastructure.change_load_balancer(arns),
            "change-services": delivery.change_services(arns),
            "change-storage": infrastructure.change_storage(arns),
            "change-identity": infrastructure.change_identity(arns),
            "change-pipelines": delivery.change_pipelines(arns),
        }
    )


def _split(policies: Mapping[str, Sequence[Statement]]) -> dict[str, list[Statement]]:
    """Return the same policies; what is too long for one is in several."""
    parted: dict[str, list[Statement]] = {}
    for name, statements in policies.items():
        parts: list[list[Statement]] = [[]]
        for statement in statements:
            if parts[-1] and count_characters([*parts[-1], statement]) > MAX_POLICY_CHARACTERS:
                parts.append([])
            parts[-1].append(statement)
        parted |= {name if not number else f"{name}-{number + 1}": part for number, part in enumerate(parts)}
    return parted


def count_characters(statements: Sequence[Statement]) -> int:
    """Return the characters that AWS counts in a policy with these statements, whose values are all literal."""
    document = {"Version": "2012-10-17", "Statement": [_rendered(statement) for statement in statements]}
    return len(json.dumps(document, separators=(",", ":")))


def _rendered(statement: Statement) -> dict[str, Any]:
    conditions: dict[str, dict[str, list[str]]] = {}
    for condition in statement.conditions:
        conditions.setdefault(condition.test, {})[condition.variable] = list(condition.values)
    parts = {
        "Sid": statement.sid,
        "Effect": statement.effect,
        "Action": list(statement.actions),
        "Resource": list(statement.resources),
        "Condition": conditions,
    }
    return {key: value for key, value in parts.items() if value}
