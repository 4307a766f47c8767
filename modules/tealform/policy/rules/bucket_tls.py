"""Nothing goes to a bucket or comes from it in clear text; artifacts not even under another key."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import buckets, resource_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.iam.policy_reader import PolicyCondition, PolicyStatement
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_PLAIN = PolicyCondition("Bool", "aws:SecureTransport", ("false",))
_UNENCRYPTED = PolicyCondition("StringNotEquals", "s3:x-amz-server-side-encryption", ("aws:kms",))


def _judge(bucket: Resource, environment: Environment) -> Iterator[str]:
    policies = buckets.list_companions(bucket, "aws_s3_bucket_policy", environment)
    if len(policies) != 1:
        yield f"has {len(policies) or 'no'} policies, where one is meant: each replaces the other"
    arn = resource_access.arn(bucket, environment)
    denied = [each for each in resource_access.statements(bucket, environment) if _denies_anybody(each)]
    if not any(_is(each, "s3:*", {arn, f"{arn}/*"}, _PLAIN) for each in denied):
        yield "takes plain HTTP: nothing denies s3:* on it and its objects where aws:SecureTransport is false"
    if not buckets.pipelines_storing_in(bucket, environment):
        return
    if not any(_is(each, "s3:PutObject", {f"{arn}/*"}, _UNENCRYPTED) for each in denied):
        yield "takes artifacts that are not encrypted under a KMS key"


def _denies_anybody(statement: PolicyStatement) -> bool:
    return statement.effect == "Deny" and resource_access.includes_anybody(statement) and not statement.negations


def _is(statement: PolicyStatement, action: str, resources: set[str], condition: PolicyCondition) -> bool:
    """Whether it is about at least that action and these resources, on that condition alone."""
    named = {*statement.resources, *(resources if "*" in statement.resources else ())}
    acts = {action, "s3:*"} & set(statement.actions)
    return bool(acts) and resources <= named and statement.conditions == (condition,)


CHECK = Check(
    Rule(
        id="TEAL_BUCKET_TLS",
        severity="high",
        title="Buckets refuse plain HTTP, and those of artifacts what is not encrypted",
        why="Whoever listens on the way reads releases and credentials in signed requests, and can change what is deployed",
        fix="Deny s3:* on the bucket and its objects where aws:SecureTransport is false, in the one policy that it has",
        link="https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
    ),
    types=(buckets.BUCKET,),
    judge=_judge,
)
