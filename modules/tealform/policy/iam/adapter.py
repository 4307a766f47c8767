"""The checks on policies, for the gate: what they judge, and what they find."""

from __future__ import annotations

from collections import defaultdict

from tealform.policy.engine import Evaluation
from tealform.policy.environment import Environment
from tealform.policy.finding import Finding
from tealform.policy.iam import policy_reader
from tealform.policy.iam.catalog import BY_ID, RULES
from tealform.policy.iam.lint import lint
from tealform.policy.iam.policy_reader import Permissions
from tealform.policy.iam.violation import Violation

_TOLD = 3
"""How many breaches of one rule are told of one owner; a policy that allows all of a service has a hundred."""


def evaluate(environment: Environment) -> Evaluation:
    """Lets each rule of policies judge each role and each resource with a policy.

    What cannot be read is a mistake, and the rest is judged all the same.
    """
    evaluation = Evaluation()
    try:
        permissions, problems = policy_reader.survey(dict(environment.document))
        breaches = lint(permissions).breaches
    except Exception as error:
        problems = (f"the policies cannot be judged: {type(error).__name__} {error}",)
        permissions, breaches = Permissions((), ()), ()
    evaluation.mistakes += [f"environments/{environment.name}: {problem}" for problem in problems]
    evaluation.judged += [(rule.id, owner) for owner in _owners(permissions) for rule in RULES]
    evaluation.findings += _findings(breaches, environment)
    return evaluation


def _owners(permissions: Permissions) -> list[str]:
    return list(dict.fromkeys(policy.owner for policy in permissions))


def _findings(breaches: tuple[Violation, ...], environment: Environment) -> list[Finding]:
    by_place: dict[tuple[str, str], list[str]] = defaultdict(list)
    for breach in breaches:
        by_place[breach.owner, breach.check].append(f"{breach.sid}: {breach.message}" if breach.sid else breach.message)
    return [_finding(owner, check, said, environment) for (owner, check), said in sorted(by_place.items())]


def _finding(owner: str, check: str, said: list[str], environment: Environment) -> Finding:
    rule, found = BY_ID[check], environment.get(owner)
    messages = list(dict.fromkeys(said))
    more = [f"and {len(messages) - _TOLD} more"] if len(messages) > _TOLD else []
    path = environment.path(found) if found else ""
    return Finding(rule.id, rule.title, owner, path, rule.link, "; ".join([*messages[:_TOLD], *more]))
