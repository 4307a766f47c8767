"""What a role may touch is named, up to what lies in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tealform.policy import resource_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_WITHIN = re.compile(r"[/:]\*$")
"""A wildcard that means all that lies in what is named before it: a bucket's objects, a group's streams."""

_NAMED_IN_FULL, _OF_AN_ACCOUNT = "secretsmanager", "iam"
"""A role of any account is a stranger's; an interface in a shared subnet is in the account that shares it."""


def _judge(role: Resource, environment: Environment) -> Iterator[str]:
    for statement in resource_access.role_statements(role, environment):
        if statement.effect == "Allow":
            yield from (f"{statement.sid} is for {each}" for each in statement.resources if _is_pattern(each))


def _is_pattern(resource: str) -> bool:
    if resource == "*":
        return False
    *place, name = resource.split(":", 5)
    if place[2:3] == [_NAMED_IN_FULL]:
        return "*" in name
    if place[2:3] == [_OF_AN_ACCOUNT] and {"*", "?"} & set(place[-1]):
        return True
    named = _WITHIN.sub("", name)
    # What is nothing but wildcards is for the check IAM_WIDE.
    return bool(named.strip("*/:")) and ("*" in named or "?" in named)


CHECK = Check(
    Rule(
        id="TEAL_POLICY_PATTERN",
        severity="high",
        title="Roles are given what they need by its name, and not by a pattern",
        why="A pattern means the neighbour's artifacts and secrets as well, and whatever somebody calls that way some day",
        fix="Name the resource in full; a wildcard may only mean what lies in it",
        link="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    ),
    types=("aws_iam_role",),
    judge=_judge,
)
