"""Nothing that runs by itself may throw away what a release or a look back needs."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import resource_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_DESTROYS = {
    "codecommit:DeleteBranch",
    "codecommit:DeleteRepository",
    "ecr:BatchDeleteImage",
    "ecr:DeleteRepository",
    "ecs:DeleteCluster",
    "ecs:DeleteService",
    "kms:DisableKey",
    "kms:ScheduleKeyDeletion",
    "logs:DeleteLogGroup",
    "logs:DeleteLogStream",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "secretsmanager:DeleteSecret",
}


def _judge(role: Resource, environment: Environment) -> Iterator[str]:
    for statement in resource_access.role_statements(role, environment):
        if statement.effect == "Allow":
            yield from (f"{statement.sid} allows {each}" for each in sorted(statement.actions) if _destroys(each))


def _destroys(action: str) -> bool:
    return action.lower() in map(str.lower, _DESTROYS)


CHECK = Check(
    Rule(
        id="TEAL_POLICY_DESTROYS",
        severity="high",
        title="Roles of an environment may not delete images, artifacts, logs or keys",
        why="Whoever takes over a build deletes the image that runs, what a rollback needs, and the log that would tell of it",
        fix="Take the action out: lifecycle rules expire what is old, and Terraform removes the rest",
        link="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    ),
    types=("aws_iam_role",),
    judge=_judge,
)
