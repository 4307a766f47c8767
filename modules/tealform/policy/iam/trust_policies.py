"""What must hold of who is let in: by a role's trust, or by the policy of a resource."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tealform.policy.iam.policy_reader import Policy, PolicyStatement
from tealform.policy.iam.violation import Violation

# https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
_FOR_WHOM = ("aws:SourceAccount", "aws:SourceArn")
_ROOT = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:root|\d{12}")
_EQUAL = {"StringEquals", "StringLike", "ArnEquals", "ArnLike"}


def somebody_is_let_in(policy: Policy) -> Iterator[Violation]:
    """A role that nobody can take is a mistake, and so is a policy of a resource about nobody."""
    for statement in policy.statements:
        if policy.kind != "permissions" and not statement.principals and not statement.negations:
            yield Violation("IAM_TRUST", "nobody", "is about nobody", sid=statement.sid)


def services_say_for_whom(policy: Policy) -> Iterator[Violation]:
    """A service is let in on behalf of this account and this resource, lest it is sent here by somebody else."""
    for statement, identifier in _let_in(policy, "Service"):
        asked = {each.variable for each in statement.conditions if each.test in _EQUAL and "*" not in each.values}
        for key in _FOR_WHOM:
            if key not in asked:
                what = f"{identifier} without {key}"
                yield Violation("IAM_TRUST", what, f"lets {identifier} in whatever its {key}", sid=statement.sid)


def strangers_are_kept_out(policy: Policy) -> Iterator[Violation]:
    """Nobody is let in as anybody, and of an account only those who are named.

    The account that the policy itself is in decides by IAM; another one is let in with ``aws:PrincipalArn``. An identity provider
    vouches for many: it is let in for an audience and for subjects, each in full.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
    """
    for kind in ("AWS", "*", "Federated", "CanonicalUser"):
        for statement, identifier in _let_in(policy, kind):
            narrowed = any(
                each.variable == "aws:PrincipalArn"
                and each.test in _EQUAL
                and not any("*" in one for one in each.values)
                for each in statement.conditions
            )
            if kind == "Federated" and _names_subjects(statement, identifier):
                continue
            if "*" in identifier or "?" in identifier or kind in ("Federated", "CanonicalUser"):
                yield Violation("IAM_TRUST", identifier, f"lets {identifier} in", sid=statement.sid)
            elif _ROOT.fullmatch(identifier) and not narrowed:
                yield Violation("IAM_TRUST", "root", f"lets all of {identifier} in", sid=statement.sid)


def services_are_alone(policy: Policy) -> Iterator[Violation]:
    """A role that a service works with is taken by nobody else, and has nobody else's work done with it."""
    if policy.kind != "trust" or not any(_let_in(policy, "Service")):
        return
    for kind in ("AWS", "Federated"):
        for statement, identifier in _let_in(policy, kind):
            what = f"{identifier} beside a service"
            yield Violation("IAM_TRUST", what, f"lets {identifier} in beside a service", sid=statement.sid)


ALL = (somebody_is_let_in, services_say_for_whom, strangers_are_kept_out, services_are_alone)


def _names_subjects(statement: PolicyStatement, provider: str) -> bool:
    host = provider.partition(":oidc-provider/")[2]
    named = {
        each.variable
        for each in statement.conditions
        if each.test == "StringEquals" and not any("*" in value or "?" in value for value in each.values)
    }
    return bool(host) and {f"{host}:aud", f"{host}:sub"} <= named


def _let_in(policy: Policy, kind: str) -> Iterator[tuple[PolicyStatement, str]]:
    for statement in policy.statements:
        if statement.effect == "Allow":
            yield from ((statement, identifier) for each, identifier in statement.principals if each == kind)
