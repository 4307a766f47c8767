"""All checks on all policies of an environment, and what they find beyond the exceptions."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from harness.permissions.policies import Permissions, Policy
from harness.policy.iam import limits, statements, trusts
from harness.policy.iam.breach import Breach
from harness.policy.iam.exceptions import EXCEPTIONS, Waived


@dataclass(frozen=True)
class Outcome:
    """How many policies and statements were looked at, what is wrong with them, and which exceptions something needed."""

    policies: int
    statements: int
    breaches: tuple[Breach, ...]
    used: frozenset[Waived]


def lint(permissions: Permissions) -> Outcome:
    """Holds all policies against what AWS knows."""
    policies = list(permissions)
    left, used = [], set()
    for breach in breaches(permissions):
        excused = [exception for exception in EXCEPTIONS if exception.covers(breach)]
        used.update(excused)
        if not excused:
            left.append(breach)
    return Outcome(len(policies), sum(len(each.statements) for each in policies), tuple(left), frozenset(used))


def breaches(permissions: Permissions) -> Iterator[Breach]:
    """Everything that a check finds, exceptions or not."""
    for role in permissions.roles:
        for check in (limits.of_role, limits.administrators, limits.whole_services):
            yield from (dataclasses.replace(breach, owner=role.address) for breach in check(role))
    for policy in permissions:
        asked = {each.sid: frozenset(one.variable for one in each.conditions) for each in policy.statements}
        for breach in _of(policy):
            yield dataclasses.replace(breach, owner=policy.owner, asked=asked.get(breach.sid, frozenset()))


def _of(policy: Policy) -> Iterator[Breach]:
    yield from limits.sids(policy)
    yield from limits.resources(policy)
    if policy.kind == "resource":
        yield from limits.of_resource(policy)
    if policy.kind != "permissions":
        yield from (breach for check in trusts.ALL for breach in check(policy))
    for statement in policy.statements:
        for check in statements.ALL:
            yield from (dataclasses.replace(breach, sid=statement.sid) for breach in check(statement))
