"""The rules on policies, and a violation of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tealform.policy.rule import Rule


@dataclass(frozen=True)
class Violation:
    """``what`` in the statement ``sid`` of ``owner`` breaks the rule ``check``; ``message`` is a sentence about it.

    ``asked`` are the condition keys that the statement asks for.
    """

    check: str
    what: str
    message: str
    owner: str = ""
    sid: str = ""
    asked: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.check}: {self.owner} {self.sid}: {self.message}"


_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"

RULES: tuple[Rule, ...] = (
    Rule(
        "IAM_ACTION",
        "medium",
        "Policies name actions that AWS knows",
        "IAM takes a misspelt action without a word, and never allows anything by it: the release fails with «access denied»",
        "Write the action as the Service Authorization Reference does",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    ),
    Rule(
        "IAM_ADMIN",
        "critical",
        "No role is an administrator's",
        "One hole in the application, or one dependency of the build, and a stranger owns the account",
        "Attach a policy that allows what the service needs, and nothing more",
        f"{_GUIDE}access_policies_job-functions.html",
        "service.<name>.task_policies",
    ),
    Rule(
        "IAM_CONDITION",
        "high",
        "Conditions ask for keys that the action sends",
        "A key that is not sent makes an «allow» useless, and a «deny» deny nothing",
        "Ask for a condition key that each action of the statement knows, by an operator that IAM has",
        f"{_GUIDE}reference_policies_condition-keys.html",
    ),
    Rule(
        "IAM_FULL",
        "high",
        "No role may do everything with a service",
        "AWS's policies called FullAccess are for all there is of a service in the account: other teams' buckets, tables and queues too",
        "Attach a policy of your own that names the actions and resources that the service needs",
        f"{_GUIDE}access_policies_managed-vs-inline.html",
        "service.<name>.task_policies",
    ),
    Rule(
        "IAM_NEGATION",
        "high",
        "Policies say what counts, and not what does not",
        "NotAction, NotResource and NotPrincipal take in everything that nobody thought of, and all that AWS adds later",
        "Name actions, resources and principals themselves",
        f"{_GUIDE}reference_policies_elements_notaction.html",
    ),
    Rule(
        "IAM_PASS_ROLE",
        "critical",
        "Roles are passed by name, to one service",
        "Whoever may pass any role hands an administrator's to a task or a build of their own, and is administrator",
        "Name the exact roles in resources, and ask for iam:PassedToService by StringEquals",
        f"{_GUIDE}id_roles_use_passrole.html",
    ),
    Rule(
        "IAM_RESOURCE",
        "medium",
        "Actions and resources of a statement belong together",
        "An action on what it does not work on is never allowed: the release fails with «access denied»",
        "Give each action a resource of a type that it works on, in a statement of its own if need be",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    ),
    Rule(
        "IAM_SID",
        "low",
        "Each statement has a name of its own",
        "IAM refuses two statements of one name, and a finding or an exception cannot say which of those without one it means",
        "Give the statement a sid of letters and digits that no other one of the policy has",
        f"{_GUIDE}reference_policies_elements_sid.html",
    ),
    Rule(
        "IAM_SIZE",
        "medium",
        "Policies are no longer than AWS takes",
        "The apply fails in the middle, with a role that may do less than the service needs",
        "Take out what is not needed, or give the service fewer managed policies",
        f"{_GUIDE}reference_iam-quotas.html",
        "service.<name>.task_policies",
    ),
    Rule(
        "IAM_STAR",
        "high",
        "* is for actions that know no resource",
        "Whoever gets hold of the role reaches everything of that kind in the account, other services' as well",
        "Name the resources that the action is for",
        f"{_GUIDE}best-practices.html#grant-least-privilege",
    ),
    Rule(
        "IAM_TRUST",
        "critical",
        "Nobody is let in as anybody",
        "A policy that lets in everyone, or a service for whichever account sends it, lets in strangers",
        "Name the role or service, and for a service its account and resource in aws:SourceAccount and aws:SourceArn",
        f"{_GUIDE}confused-deputy.html",
    ),
    Rule(
        "IAM_WIDE",
        "high",
        "Resources are named one by one",
        "An ARN that ends in * means all there are of the kind, whoever made them",
        "Name the resource, or narrow the ARN by the project's prefix",
        f"{_GUIDE}best-practices.html#grant-least-privilege",
    ),
    Rule(
        "IAM_WILDCARD",
        "high",
        "Actions are named one by one",
        "A wildcard allows what AWS adds to the service some day, and today more than anybody has looked at",
        "Name the actions",
        f"{_GUIDE}best-practices.html#grant-least-privilege",
    ),
)
"""In the order of their ids."""

BY_ID: Mapping[str, Rule] = {rule.id: rule for rule in RULES}
