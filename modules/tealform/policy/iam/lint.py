"""All checks on all policies of an environment, and what they find beyond the exceptions."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from tealform.policy.iam import quotas, statements, trust_policies
from tealform.policy.iam.allowlist import EXEMPTIONS, Exemption
from tealform.policy.iam.policy_reader import Permissions, Policy
from tealform.policy.iam.violation import Violation


@dataclass(frozen=True)
class LintResult:
    """How many policies and statements were looked at, what is wrong with them, and which exceptions something needed."""

    policies: int
    statements: int
    breaches: tuple[Violation, ...]
    used: frozenset[Exemption]


def lint(permissions: Permissions) -> LintResult:
    """Holds all policies against what AWS knows."""
    policies = list(permissions)
    left, used = [], set()
    for breach in find_violations(permissions):
        excused = [exception for exception in EXEMPTIONS if exception.covers(breach)]
        used.update(excused)
        if not excused:
            left.append(breach)
    return LintResult(len(policies), sum(len(each.statements) for each in policies), tuple(left), frozenset(used))


def find_violations(permissions: Permissions) -> Iterator[Violation]:
    """Everything that a check finds, exceptions or not."""
    for role in permissions.roles:
        for check in (quotas.of_role, quotas.administrators, quotas.whole_services):
            yield from (dataclasses.replace(breach, owner=role.address) for breach in check(role))
    for policy in permissions:
        asked = {each.sid: frozenset(one.variable for one in each.conditions) for each in policy.statements}
        for breach in _of(policy):
            yield dataclasses.replace(breach, owner=policy.owner, asked=asked.get(breach.sid, frozenset()))


def _of(policy: Policy) -> Iterator[Violation]:
    yield from quotas.sids(policy)
    yield from quotas.resources(policy)
    if policy.kind == "resource":
        yield from quotas.of_resource(policy)
    if policy.kind != "permissions":
        yield from (breach for check in trust_policies.ALL for breach in check(policy))
    for statement in policy.statements:
        for check in statements.ALL:
            yield from (dataclasses.replace(breach, sid=statement.sid) for breach in check(statement))
