"""Who may do what, by the policies of an environment's roles and resources."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from tealform.policy.environment import Environment
from tealform.policy.iam import policy_reader
from tealform.policy.iam.arn_resolver import References
from tealform.policy.iam.policy_reader import Permissions, PolicyStatement
from tealform.synth.terraform_json import Resource

_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
_ROLE = re.compile(r":(\d{12}):role/")
_ANYBODY = "*"


@functools.lru_cache(maxsize=8)
def _permissions(environment: Environment) -> Permissions:
    # The checks of IAM policies report what cannot be read.
    return policy_reader.survey(dict(environment.document))[0]


@functools.lru_cache(maxsize=8)
def _by_owner(environment: Environment) -> Mapping[str, tuple[PolicyStatement, ...]]:
    found: dict[str, tuple[PolicyStatement, ...]] = {}
    for policy in _permissions(environment).resources:
        found[policy.owner] = (*found.get(policy.owner, ()), *policy.statements)
    return found


def statements(resource: Resource, environment: Environment) -> tuple[PolicyStatement, ...]:
    """Return the statements of the policy of a bucket, key, topic or repository; empty if it has no readable one."""
    return _by_owner(environment).get(resource.address, ())


def trust(role: Resource, environment: Environment) -> tuple[PolicyStatement, ...]:
    """Return the statements of a role's trust policy; empty if it cannot be read."""
    roles = _permissions(environment).roles
    return next((each.trust.statements for each in roles if each.address == role.address), ())


def trusted_principals(role: Resource, environment: Environment) -> set[str]:
    """Return who may assume a role."""
    return {name for each in trust(role, environment) for _, name in each.principals}


def role_statements(role: Resource, environment: Environment) -> list[PolicyStatement]:
    """Return the statements of a role's own policies, allowing and denying."""
    return [
        statement
        for each in _permissions(environment).roles
        if each.address == role.address
        for policy in (*each.inline, *each.attached)
        for statement in policy.statements
    ]


def may(role: Resource, action: str, resource: Resource, environment: Environment) -> bool:
    """Return whether the role's own policies allow the action on the resource, both by name."""
    return any(
        each.effect == "Allow" and action in each.actions and arn(resource, environment) in each.resources
        for each in role_statements(role, environment)
    )


def allowing_statements(role: Resource, action: str, environment: Environment) -> list[PolicyStatement]:
    """Return the statements of a role's own policies that allow the action, also by a pattern, in any case."""
    return [
        each
        for each in role_statements(role, environment)
        if each.effect == "Allow" and any(fnmatchcase(action.lower(), named.lower()) for named in each.actions)
    ]


def has_only_generated_policies(role: Resource, environment: Environment) -> bool:
    """Return whether all policies of a role are generated in the environment."""
    return any(each.address == role.address and not each.managed for each in _permissions(environment).roles)


def arn(resource: Resource, environment: Environment) -> str:
    """Return the resource's ARN; raise ``TealformError`` if its format is unknown."""
    return References(dict(environment.document)).resolved(f"${{{resource.address}.arn}}")


def account(environment: Environment) -> str:
    """Return the environment's own account; raise ``TealformError`` if the provider names none."""
    return References(dict(environment.document)).account


def includes_anybody(statement: PolicyStatement) -> bool:
    """Return whether a statement is about anybody."""
    return any(identifier == _ANYBODY for _, identifier in statement.principals)


def describe_strangers(resource: Resource, environment: Environment) -> Iterator[str]:
    """Describe whom a resource's policy lets in wrongly: anybody, or an account that has no part in the environment."""
    known = known_accounts(environment)
    for each in statements(resource, environment):
        if each.effect != "Allow":
            continue
        if includes_anybody(each) or "not_principals" in each.negations:
            yield f"{_named(each)} lets anybody in"
        for other in sorted({found for _, who in each.principals for found in _ACCOUNT.findall(who)} - known):
            yield f"{_named(each)} lets the account {other} in, with which nothing here has to do"


def known_accounts(environment: Environment) -> set[str]:
    """Return the environment's own account, and those whose roles its pipelines assume."""
    runners = environment.resources("aws_codepipeline", "aws_codebuild_project")
    return {account(environment)} | set(_ROLE.findall(str([each.body for each in runners])))


def _named(statement: PolicyStatement) -> str:
    return f"its statement {statement.sid}" if statement.sid else "a statement of it"
