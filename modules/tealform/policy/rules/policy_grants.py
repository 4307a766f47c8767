"""Nothing that runs by itself decides who may do what."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tealform.policy import resource_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_READS = re.compile(r"iam:(passrole$|get|list|simulate|generate)")
_GRANTS = {
    "ecr:setrepositorypolicy",
    "kms:creategrant",
    "kms:putkeypolicy",
    "lambda:addpermission",
    "s3:putbucketacl",
    "s3:putbucketpolicy",
    "s3:putbucketpublicaccessblock",
    "secretsmanager:putresourcepolicy",
    "sns:addpermission",
    "sns:settopicattributes",
}
"""Beside IAM's own, of the services that an environment has something of."""


def _judge(role: Resource, environment: Environment) -> Iterator[str]:
    for statement in resource_access.role_statements(role, environment):
        if statement.effect == "Allow":
            yield from (f"{statement.sid} allows {each}" for each in sorted(statement.actions) if _grants(each.lower()))


def _grants(action: str) -> bool:
    return action in _GRANTS or (action.startswith("iam:") and not _READS.match(action))


CHECK = Check(
    Rule(
        id="TEAL_POLICY_GRANTS",
        severity="critical",
        title="Roles of an environment may not change who may do what",
        why="Whoever takes over a build or a task gives its role, or one of theirs, everything else in the account",
        fix="Take the action out: roles and policies are changed by Terraform, and reviewed before",
        link="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    ),
    types=("aws_iam_role",),
    judge=_judge,
)
