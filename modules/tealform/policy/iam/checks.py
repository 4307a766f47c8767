"""The checks of policies: of each statement, of whom a policy lets in, of policies and of roles as a whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from tealform.policy.iam import service_reference
from tealform.policy.iam.catalog import Violation
from tealform.policy.iam.policy_reader import Policy, PolicyStatement, Role
from tealform.policy.iam.service_reference import IamAction, may_be_arn

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
_STRING_OPERATORS = ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike")
_ORDER_OPERATORS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
_OPERATORS = {
    *(f"String{each}" for each in _STRING_OPERATORS),
    *(f"{kind}{each}" for kind in ("Numeric", "Date") for each in _ORDER_OPERATORS),
    "Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "Null",
}  # fmt: skip

ANYTHING = "*"
"""All actions of all services."""

# https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
_FOR_WHOM = ("aws:SourceAccount", "aws:SourceArn")
_ROOT = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:root|\d{12}")
_EQUAL = {"StringEquals", "StringLike", "ArnEquals", "ArnLike"}

INLINE, TRUST, MANAGED, MANAGED_SIZE = 10_240, 2_048, 10, 6_144
"""Characters of a role's inline policies together and of its trust; managed policies on a role, and characters of each.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

ADMINISTRATORS = ("AdministratorAccess", "IAMFullAccess", "PowerUserAccess", "SystemAdministrator")
"""Prefixes of AWS's own policies that allow nearly everything, or to give oneself everything.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html
"""

RESOURCE: Mapping[str, int] = {
    # https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
    "aws_ecr_repository": 10_240,
    # https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
    "aws_kms_key": 32_768,
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
    "aws_s3_bucket": 20_480,
    # https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
    "aws_sns_topic": 30_720,
}


def check_negations(statement: PolicyStatement) -> Iterator[Violation]:
    """Report a statement that names only what it does not mean: nobody knows what it allows."""
    for each in statement.negations:
        yield Violation("IAM_NEGATION", each, f"{each} allows what nobody has named")


def check_actions_exist(statement: PolicyStatement) -> Iterator[Violation]:
    """Report an action that AWS does not know; IAM accepts it silently, and it never allows anything."""
    for each in statement.actions:
        if each != ANYTHING and not service_reference.find_actions(each):
            yield Violation("IAM_ACTION", each, f"AWS has no action {each}")


def check_action_wildcards(statement: PolicyStatement) -> Iterator[Violation]:
    """Report wildcards in actions, which also allow what AWS adds to a service later."""
    for each in statement.actions:
        if statement.effect == "Allow" and ("*" in each or "?" in each):
            yield Violation("IAM_WILDCARD", each, f"{each} means actions that nobody has named")


def check_resources_fit(statement: PolicyStatement) -> Iterator[Violation]:
    """Report resources that no action works on, and actions that work on none of the resources."""
    if ANYTHING in statement.actions:
        return
    named = [each for each in statement.resources if each != "*"]
    known = _known(statement)
    for resource in named:
        if not any(_works_on(action, resource) for action in known):
            yield Violation("IAM_RESOURCE", resource, f"no action of the statement works on {resource}")
    for action in known if named and "*" not in statement.resources and not _has_wildcard(statement) else ():
        if not any(_works_on(action, resource) for resource in named):
            yield Violation("IAM_RESOURCE", action.name, f"{action.name} works on none of the statement's resources")


def check_resource_wildcards(statement: PolicyStatement) -> Iterator[Violation]:
    """Report ``*`` for actions that know resources, and ARNs that mean all resources of a kind."""
    if statement.effect == "Deny":
        return
    if "*" in statement.resources:
        if ANYTHING in statement.actions:
            yield Violation("IAM_STAR", ANYTHING, "anything is allowed on anything")
        for action in _known(statement):
            if action.resources:
                yield Violation("IAM_STAR", action.name, f"{action.name} knows resources, and none is named")
    for resource in statement.resources:
        if resource != "*" and _is_wide(resource):
            yield Violation("IAM_WIDE", resource, f"{resource} means all there are")


def check_conditions(statement: PolicyStatement) -> Iterator[Violation]:
    """Report unknown condition operators, and condition keys that an action does not send.

    An action that does not send the key is never allowed, or never denied.
    """
    for condition in statement.conditions:
        operator = condition.test.removeprefix("ForAnyValue:").removeprefix("ForAllValues:").removesuffix("IfExists")
        if operator not in _OPERATORS:
            yield Violation("IAM_CONDITION", condition.test, f"there is no condition operator {condition.test}")
        for action in _known(statement):
            if not action.knows(condition.variable):
                what = f"{condition.variable} with {action.name}"
                yield Violation(
                    "IAM_CONDITION", what, f"{action.name} does not know the condition key {condition.variable}"
                )


def check_passed_roles(statement: PolicyStatement) -> Iterator[Violation]:
    """Report ``iam:PassRole`` for roles by pattern, or to any service."""
    if statement.effect == "Deny" or not _passes_roles(statement):
        return
    for resource in statement.resources:
        if "*" in resource or "?" in resource:
            yield Violation("IAM_PASS_ROLE", resource, f"passes whatever role is called {resource}")
    passed = [each for each in statement.conditions if each.variable == "iam:PassedToService"]
    if not any(each.test == "StringEquals" and not any("*" in value for value in each.values) for each in passed):
        yield Violation("IAM_PASS_ROLE", "iam:PassedToService", "passes roles to any service")


STATEMENT_CHECKS = (
    check_negations,
    check_actions_exist,
    check_action_wildcards,
    check_resources_fit,
    check_resource_wildcards,
    check_conditions,
    check_passed_roles,
)


def check_principals_exist(policy: Policy) -> Iterator[Violation]:
    """Report a role that nobody can assume, and a policy of a resource without principals."""
    for statement in policy.statements:
        if policy.kind != "permissions" and not statement.principals and not statement.negations:
            yield Violation("IAM_TRUST", "nobody", "is about nobody", sid=statement.sid)


def check_service_principals(policy: Policy) -> Iterator[Violation]:
    """Report a service that is let in without naming the account and resource that it acts for."""
    for statement, identifier in _let_in(policy, "Service"):
        asked = {each.variable for each in statement.conditions if each.test in _EQUAL and "*" not in each.values}
        for key in _FOR_WHOM:
            if key not in asked:
                what = f"{identifier} without {key}"
                yield Violation("IAM_TRUST", what, f"lets {identifier} in whatever its {key}", sid=statement.sid)


def check_other_principals(policy: Policy) -> Iterator[Violation]:
    """Report wildcard principals, whole accounts, and identity providers without audience and subjects.

    A policy may let in an account that it narrows with ``aws:PrincipalArn``. An identity provider vouches for many identities,
    so a policy must name its audience and subjects in full.
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


def check_mixed_principals(policy: Policy) -> Iterator[Violation]:
    """Report a role of a service that someone else may assume too."""
    if policy.kind != "trust" or not any(_let_in(policy, "Service")):
        return
    for kind in ("AWS", "Federated"):
        for statement, identifier in _let_in(policy, kind):
            what = f"{identifier} beside a service"
            yield Violation("IAM_TRUST", what, f"lets {identifier} in beside a service", sid=statement.sid)


TRUST_CHECKS = (check_principals_exist, check_service_principals, check_other_principals, check_mixed_principals)


def check_role_size(role: Role) -> Iterator[Violation]:
    """Report policies of a role that are too long or too many."""
    if role.trust.size > TRUST:
        yield Violation("IAM_SIZE", "trust", f"its trust has {role.trust.size} characters; AWS takes {TRUST}")
    inline = sum(policy.size for policy in role.inline)
    if inline > INLINE:
        yield Violation("IAM_SIZE", "inline", f"its inline policies have {inline} characters; AWS takes {INLINE}")
    managed = len(role.managed) + len(role.attached)
    if managed > MANAGED:
        yield Violation("IAM_SIZE", "managed", f"it has {managed} managed policies; AWS takes {MANAGED}")
    for policy in role.attached:
        if policy.size > MANAGED_SIZE:
            check_sids = ", ".join(statement.sid for statement in policy.statements)
            what = f"a managed policy ({check_sids}) has {policy.size} characters; AWS takes {MANAGED_SIZE}"
            yield Violation("IAM_SIZE", "managed policy", what)


def check_administrators(role: Role) -> Iterator[Violation]:
    """Report managed policies of administrators on a role."""
    for arn in role.managed:
        if arn.rpartition("/")[2].startswith(ADMINISTRATORS):
            yield Violation("IAM_ADMIN", arn, f"has {arn}")


def check_full_access(role: Role) -> Iterator[Violation]:
    """Report managed policies that allow everything with a service."""
    for arn in role.managed:
        if arn.endswith("FullAccess") and arn.rpartition("/")[2] not in ADMINISTRATORS:
            yield Violation("IAM_FULL", arn, f"has {arn}")


def check_resource_policy_size(policy: Policy) -> Iterator[Violation]:
    """Report a policy of a resource that is too long."""
    kind = policy.owner.partition(".")[0]
    if policy.kind == "resource" and kind in RESOURCE and policy.size > RESOURCE[kind]:
        yield Violation("IAM_SIZE", kind, f"its policy has {policy.size} characters; AWS takes {RESOURCE[kind]}")


def check_resources_exist(policy: Policy) -> Iterator[Violation]:
    """Report a permission without a resource, which IAM refuses."""
    for statement in policy.statements:
        if policy.kind == "permissions" and not statement.resources and not statement.negations:
            yield Violation("IAM_RESOURCE", "nothing", "names no resource", sid=statement.sid)


def check_sids(policy: Policy) -> Iterator[Violation]:
    """Report statement ids that are repeated or not letters and digits, which IAM refuses."""
    for sid, number in Counter(statement.sid for statement in policy.statements).items():
        if number > 1:
            yield Violation("IAM_SID", sid, f"{number} statements are called {sid!r}", sid=sid)
        if not (sid.isascii() and sid.isalnum()):
            yield Violation("IAM_SID", sid, f"{sid!r} is no name of letters and digits", sid=sid)


POLICY_CHECKS = (check_sids, check_resources_exist, check_resource_policy_size)
ROLE_CHECKS = (check_role_size, check_administrators, check_full_access)


def _known(statement: PolicyStatement) -> list[IamAction]:
    return [action for each in statement.actions for action in service_reference.find_actions(each)]


def _passes_roles(statement: PolicyStatement) -> bool:
    return ANYTHING in statement.actions or any(action.name == "iam:PassRole" for action in _known(statement))


def _has_wildcard(statement: PolicyStatement) -> bool:
    return any("*" in each for each in statement.actions)


def _works_on(action: IamAction, resource: str) -> bool:
    return any(may_be_arn(resource, template) for template in action.resources)


def _is_wide(resource: str) -> bool:
    *place, name = resource.split(":", 5)
    kind, separator, rest = name.replace(":", "/", 1).partition("/")
    named = rest if separator else kind
    # A bucket's objects are all of one bucket.
    return not named.strip("*/:?") and place[2:3] != ["s3"]


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
