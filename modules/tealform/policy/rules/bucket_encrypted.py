"""Buckets encrypt what is put in, under a key that the environment decides about."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import buckets
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_BY_KEY, _BY_S3 = "aws:kms", "AES256"


def _judge(bucket: Resource, environment: Environment) -> Iterator[str]:
    settings = buckets.list_companions(bucket, "aws_s3_bucket_server_side_encryption_configuration", environment)
    rules = [rule for each in settings for rule in blocks(each.body.get("rule"))]
    if len(rules) != 1:
        yield f"has {len(rules) or 'no'} rules for encryption, where one is meant"
    for rule in rules:
        yield from _wrong(rule, environment, for_logs=buckets.receives_logs(bucket, environment))


def _wrong(rule: dict[str, object], environment: Environment, *, for_logs: bool) -> Iterator[str]:
    default = at(rule, "apply_server_side_encryption_by_default")
    algorithm, key = at(default, "sse_algorithm"), at(default, "kms_master_key_id")
    # Load balancers and S3 deliver access logs to buckets under S3's own key only:
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    if for_logs and algorithm != _BY_S3:
        yield f"access logs are not delivered to a bucket under {algorithm}; it takes {_BY_S3}"
    if not for_logs and algorithm != _BY_KEY:
        yield f"encrypts by {algorithm}, and not under a KMS key"
    elif not for_logs and not any(each.type == "aws_kms_key" for each in environment.referred(key)):
        yield "its KMS key is not the environment's"


CHECK = Check(
    Rule(
        id="TEAL_BUCKET_ENCRYPTED",
        severity="high",
        title="Buckets encrypt under the environment's KMS key; that for access logs under S3's own",
        why="Under another key, whoever may read the bucket reads it all; under a KMS key, access logs are lost without a word",
        fix="Encrypt with aws:kms under the environment's key, and the bucket for access logs with AES256",
        link="https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    ),
    types=(buckets.BUCKET,),
    judge=_judge,
)
