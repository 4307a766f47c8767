"""What the policies of an environment's resources say, and whether they let in strangers."""

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
    # What cannot be read is told by the checks on policies.
    return policy_reader.survey(dict(environment.document))[0]


@functools.lru_cache(maxsize=8)
def _by_owner(environment: Environment) -> Mapping[str, tuple[PolicyStatement, ...]]:
    found: dict[str, tuple[PolicyStatement, ...]] = {}
    for policy in _permissions(environment).resources:
        found[policy.owner] = (*found.get(policy.owner, ()), *policy.statements)
    return found


def statements(resource: Resource, environment: Environment) -> tuple[PolicyStatement, ...]:
    """What the policy of a bucket, key, topic or repository says; nothing if it has none that can be read."""
    return _by_owner(environment).get(resource.address, ())


def trust(role: Resource, environment: Environment) -> tuple[PolicyStatement, ...]:
    """What a role says of who may take it; nothing if it cannot be read."""
    roles = _permissions(environment).roles
    return next((each.trust.statements for each in roles if each.address == role.address), ())


def trusted(role: Resource, environment: Environment) -> set[str]:
    """Who may take a role."""
    return {name for each in trust(role, environment) for _, name in each.principals}


def permitted(role: Resource, environment: Environment) -> list[PolicyStatement]:
    """What a role's own policies say that it may do, and may not."""
    return [
        statement
        for each in _permissions(environment).roles
        if each.address == role.address
        for policy in (*each.inline, *each.attached)
        for statement in policy.statements
    ]


def may(role: Resource, action: str, resource: Resource, environment: Environment) -> bool:
    """Whether the role's own policies allow the action on the resource, both by name."""
    return any(
        each.effect == "Allow" and action in each.actions and arn(resource, environment) in each.resources
        for each in permitted(role, environment)
    )


def allowing(role: Resource, action: str, environment: Environment) -> list[PolicyStatement]:
    """The statements of a role's own policies that allow the action, which may be a pattern there, in any case."""
    return [
        each
        for each in permitted(role, environment)
        if each.effect == "Allow" and any(fnmatchcase(action.lower(), named.lower()) for named in each.actions)
    ]


def stands_here(role: Resource, environment: Environment) -> bool:
    """Whether all that a role may do stands in the environment: it has no policy that is made elsewhere."""
    return any(each.address == role.address and not each.managed for each in _permissions(environment).roles)


def arn(resource: Resource, environment: Environment) -> str:
    """The resource's ARN; raises ``TealformError`` if nobody knows what it looks like."""
    return References(dict(environment.document)).resolved(f"${{{resource.address}.arn}}")


def account(environment: Environment) -> str:
    """The environment's own account; raises ``TealformError`` if the provider names none."""
    return References(dict(environment.document)).account


def about_anybody(statement: PolicyStatement) -> bool:
    """Whether it is about whoever comes."""
    return any(identifier == _ANYBODY for _, identifier in statement.principals)


def strangers(resource: Resource, environment: Environment) -> Iterator[str]:
    """Who is let in by the resource's policy that should not be: anybody, or an account that has no part in this."""
    known = accounts(environment)
    for each in statements(resource, environment):
        if each.effect != "Allow":
            continue
        if about_anybody(each) or "not_principals" in each.negations:
            yield f"{_named(each)} lets anybody in"
        for other in sorted({found for _, who in each.principals for found in _ACCOUNT.findall(who)} - known):
            yield f"{_named(each)} lets the account {other} in, with which nothing here has to do"


def accounts(environment: Environment) -> set[str]:
    """The environment's own account, and those whose roles its pipelines take."""
    runners = environment.resources("aws_codepipeline", "aws_codebuild_project")
    return {account(environment)} | set(_ROLE.findall(str([each.body for each in runners])))


def _named(statement: PolicyStatement) -> str:
    return f"its statement {statement.sid}" if statement.sid else "a statement of it"
