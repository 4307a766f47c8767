"""Runs all checks on all policies of an environment, less the exemptions, also for the gate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tealform.policy.check import Evaluation
from tealform.policy.environment import Environment
from tealform.policy.iam import checks, policy_reader
from tealform.policy.iam.allowlist import EXEMPTIONS, Exemption
from tealform.policy.iam.catalog import BY_ID, RULES, Violation
from tealform.policy.iam.policy_reader import Permissions, Policy
from tealform.policy.rule import Finding

_SHOWN = 3
"""How many violations of one rule a finding shows; a policy that allows all of a service has a hundred."""


@dataclass(frozen=True)
class LintResult:
    """How many policies and statements were checked, the violations, and the exemptions that applied."""

    policies: int
    statements: int
    violations: tuple[Violation, ...]
    used: frozenset[Exemption]


def evaluate_policies(environment: Environment) -> Evaluation:
    """Check the policies of each role and each resource of an environment by every rule.

    A policy that cannot be read is a mistake; the others are checked all the same.
    """
    evaluation = Evaluation()
    try:
        permissions, problems = policy_reader.survey(dict(environment.document))
        violations = lint(permissions).violations
    except Exception as error:
        problems = (f"the policies cannot be judged: {type(error).__name__} {error}",)
        permissions, violations = Permissions((), ()), ()
    owners = dict.fromkeys(policy.owner for policy in permissions)
    evaluation.mistakes += [f"environments/{environment.name}: {problem}" for problem in problems]
    evaluation.judged += [(rule.id, owner) for owner in owners for rule in RULES]
    evaluation.findings += _findings(violations, environment)
    return evaluation


def _findings(violations: Iterable[Violation], environment: Environment) -> list[Finding]:
    by_place: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in violations:
        by_place[each.owner, each.check].append(f"{each.sid}: {each.message}" if each.sid else each.message)
    return [_finding(owner, check, messages, environment) for (owner, check), messages in sorted(by_place.items())]


def _finding(owner: str, check: str, messages: Iterable[str], environment: Environment) -> Finding:
    rule, found = BY_ID[check], environment.get(owner)
    shown = list(dict.fromkeys(messages))
    more = [f"and {len(shown) - _SHOWN} more"] if len(shown) > _SHOWN else []
    path = environment.path(found) if found else ""
    return Finding(rule.id, rule.title, owner, path, rule.link, "; ".join([*shown[:_SHOWN], *more]))


def lint(permissions: Permissions) -> LintResult:
    """Check all policies, and leave out the violations that an exemption covers."""
    policies = list(permissions)
    remaining, used = [], set()
    for violation in find_violations(permissions):
        covering = [exemption for exemption in EXEMPTIONS if exemption.covers(violation)]
        used.update(covering)
        if not covering:
            remaining.append(violation)
    return LintResult(len(policies), sum(len(each.statements) for each in policies), tuple(remaining), frozenset(used))


def find_violations(permissions: Permissions) -> Iterator[Violation]:
    """Yield every violation, exempt or not."""
    for role in permissions.roles:
        for check in checks.ROLE_CHECKS:
            yield from (replace(each, owner=role.address) for each in check(role))
    for policy in permissions:
        asked = {each.sid: frozenset(one.variable for one in each.conditions) for each in policy.statements}
        for each in _check_policy(policy):
            yield replace(each, owner=policy.owner, asked=asked.get(each.sid, frozenset()))


def _check_policy(policy: Policy) -> Iterator[Violation]:
    trust_checks = checks.TRUST_CHECKS if policy.kind != "permissions" else ()
    for check in (*checks.POLICY_CHECKS, *trust_checks):
        yield from check(policy)
    for statement in policy.statements:
        for check_statement in checks.STATEMENT_CHECKS:
            yield from (replace(each, sid=statement.sid) for each in check_statement(statement))
