"""What whoever runs Terraform on an environment may do: look, and change what is called like the environment.

It covers all that can be generated, not only what the settings ask for at the moment: else each change of them would need
other roles first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tealform.bootstrap.permissions import identity, load_balancer, network, pipelines, services, storage
from tealform.bootstrap.permissions.resource_arns import Names
from tealform.common.iam import Statement

_PLATFORM = {
    "network": network,
    "load-balancer": load_balancer,
    "services": services,
    "storage": storage,
    "identity": identity,
}

POLICY = 6_144
"""Characters of a managed policy: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""


def reading(names: Names) -> Mapping[str, Sequence[Statement]]:
    """What a plan asks AWS, and what the plan guard does, by the name of a policy. Nothing in it reads what users keep."""
    platform = [statement for theme in _PLATFORM.values() for statement in theme.reading(names)]
    return _fitting({"read-platform": platform, "read-pipelines": pipelines.reading(names)})


def changing(names: Names) -> Mapping[str, Sequence[Statement]]:
    """What an apply or a destroy does beside that, by the name of a policy."""
    themes = {**_PLATFORM, "pipelines": pipelines}
    return _fitting({f"change-{name}": theme.changing(names) for name, theme in themes.items()})


def _fitting(policies: Mapping[str, Sequence[Statement]]) -> dict[str, list[Statement]]:
    """The same, with what is too long for one policy in several."""
    fitting: dict[str, list[Statement]] = {}
    for name, statements in policies.items():
        parts: list[list[Statement]] = [[]]
        for statement in statements:
            if parts[-1] and size([*parts[-1], statement]) > POLICY:
                parts.append([])
            parts[-1].append(statement)
        fitting |= {name if not number else f"{name}-{number + 1}": part for number, part in enumerate(parts)}
    return fitting


def size(statements: Sequence[Statement]) -> int:
    """The characters that AWS counts in a policy with these statements, whose values are all literal."""
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
