"""What must hold of a statement, whichever policy it is in."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.iam import service_reference
from tealform.policy.iam.arn_overlap import fits
from tealform.policy.iam.policy_reader import PolicyStatement
from tealform.policy.iam.service_reference import IamAction
from tealform.policy.iam.violation import Violation

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
_OPERATORS = {
    *(
        f"String{each}"
        for each in ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike")
    ),
    *(
        f"{kind}{each}"
        for kind in ("Numeric", "Date")
        for each in ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
    ),
    *(
        "Bool",
        "BinaryEquals",
        "IpAddress",
        "NotIpAddress",
        "ArnEquals",
        "ArnLike",
        "ArnNotEquals",
        "ArnNotLike",
        "Null",
    ),
}

ANYTHING = "*"
"""The action that is all actions of all services."""


def says_what_counts(statement: PolicyStatement) -> Iterator[Violation]:
    """Nobody can tell what a statement allows that names only what it does not."""
    for each in statement.negations:
        yield Violation("IAM_NEGATION", each, f"{each} allows what nobody has named")


def actions_exist(statement: PolicyStatement) -> Iterator[Violation]:
    """Every action is one that AWS knows; IAM takes any other one without a word, and it never allows anything."""
    for each in statement.actions:
        if each != ANYTHING and not service_reference.actions(each):
            yield Violation("IAM_ACTION", each, f"AWS has no action {each}")


def actions_are_named(statement: PolicyStatement) -> Iterator[Violation]:
    """What AWS adds to a service some day is not allowed beforehand."""
    for each in statement.actions:
        if statement.effect == "Allow" and ("*" in each or "?" in each):
            yield Violation("IAM_WILDCARD", each, f"{each} means actions that nobody has named")


def resources_fit(statement: PolicyStatement) -> Iterator[Violation]:
    """Every resource is one that an action works on, and every action works on one of the resources."""
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


def resources_are_named(statement: PolicyStatement) -> Iterator[Violation]:
    """``*`` is for actions that know no resource; and what all of a kind are allowed is not named either."""
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


def conditions_exist(statement: PolicyStatement) -> Iterator[Violation]:
    """Every condition asks by a known operator for a key that is there with the action.

    An action that does not send the key is never allowed, or, where it is denied, not denied.
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


def roles_are_passed_by_name(statement: PolicyStatement) -> Iterator[Violation]:
    """Who may pass a role may pass exactly these, to exactly one kind of service."""
    if statement.effect == "Deny" or not _passes_roles(statement):
        return
    for resource in statement.resources:
        if "*" in resource or "?" in resource:
            yield Violation("IAM_PASS_ROLE", resource, f"passes whatever role is called {resource}")
    passed = [each for each in statement.conditions if each.variable == "iam:PassedToService"]
    if not any(each.test == "StringEquals" and not any("*" in value for value in each.values) for each in passed):
        yield Violation("IAM_PASS_ROLE", "iam:PassedToService", "passes roles to any service")


ALL = (
    says_what_counts,
    actions_exist,
    actions_are_named,
    resources_fit,
    resources_are_named,
    conditions_exist,
    roles_are_passed_by_name,
)


def _known(statement: PolicyStatement) -> list[IamAction]:
    return [action for each in statement.actions for action in service_reference.actions(each)]


def _passes_roles(statement: PolicyStatement) -> bool:
    return ANYTHING in statement.actions or any(action.name == "iam:PassRole" for action in _known(statement))


def _has_wildcard(statement: PolicyStatement) -> bool:
    return any("*" in each for each in statement.actions)


def _works_on(action: IamAction, resource: str) -> bool:
    return any(fits(resource, template) for template in action.resources)


def _is_wide(resource: str) -> bool:
    *place, name = resource.split(":", 5)
    kind, separator, rest = name.replace(":", "/", 1).partition("/")
    named = rest if separator else kind
    # A bucket's objects are all of one bucket.
    return not named.strip("*/:?") and place[2:3] != ["s3"]
