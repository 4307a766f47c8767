"""Policies are written where checks can read them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_DOCUMENT = re.compile(r"\$\{data\.aws_iam_policy_document\.[\w-]+\.(minified_)?json\}")
_ARGUMENTS = {
    "aws_cloudwatch_event_bus_policy": "policy",
    "aws_ecr_registry_policy": "policy",
    "aws_ecr_repository_policy": "policy",
    "aws_iam_policy": "policy",
    "aws_iam_role": "assume_role_policy",
    "aws_iam_role_policy": "policy",
    "aws_kms_key": "policy",
    "aws_kms_key_policy": "policy",
    "aws_s3_bucket": "policy",
    "aws_s3_bucket_policy": "policy",
    "aws_secretsmanager_secret": "policy",
    "aws_secretsmanager_secret_policy": "policy",
    "aws_sns_topic": "policy",
    "aws_sns_topic_policy": "policy",
    "aws_sqs_queue": "policy",
    "aws_sqs_queue_policy": "policy",
    "aws_vpc_endpoint": "policy",
    "aws_vpc_endpoint_policy": "policy",
}
_IN_ROLES = ("inline_policy", "managed_policy_arns")
_FROM_ELSEWHERE = ("override_policy_documents", "source_policy_documents")


def _has_policy(resource: Resource, _environment: Environment) -> bool:
    return resource.mode == "data" or bool(resource.body.get(_ARGUMENTS[resource.type])) or _has_more(resource)


def _has_more(resource: Resource) -> bool:
    return any(resource.body.get(each) for each in _IN_ROLES)


def _judge(resource: Resource, _environment: Environment) -> Iterator[str]:
    if resource.mode == "data":
        yield from (f"takes over statements by {each}" for each in _FROM_ELSEWHERE if resource.body.get(each))
        return
    argument = _ARGUMENTS[resource.type]
    value = resource.body.get(argument)
    if value and not _DOCUMENT.fullmatch(str(value)):
        yield f"{argument} is no aws_iam_policy_document"
    if resource.type == "aws_iam_role":
        yield from (
            f"has {each}, where resources of their own are meant" for each in _IN_ROLES if resource.body.get(each)
        )


CHECK = Check(
    Rule(
        id="TEAL_POLICY_DOCUMENT",
        severity="high",
        title="Policies are documents of Terraform's, and not text",
        why="checkov does not look into policies that are text: a public key and an administrator's role pass without a word",
        fix="Write the policy as a data source aws_iam_policy_document, and refer to its json",
        link="https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document",
    ),
    types=(*_ARGUMENTS, "data.aws_iam_policy_document"),
    judge=_judge,
    applies=_has_policy,
)
