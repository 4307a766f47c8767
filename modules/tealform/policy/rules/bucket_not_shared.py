"""A bucket lets in those who take part in the releases, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tealform.policy import buckets, resource_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_WAYS_OUT = {
    "aws_s3_access_point": "has another door",
    "aws_s3_bucket_cors_configuration": "lets pages of other sites in",
    "aws_s3_bucket_website_configuration": "is a website",
}
"""Beside its policy. A pipeline's buckets need none of them."""

_COPIES = "aws_s3_bucket_replication_configuration"


def _judge(bucket: Resource, environment: Environment) -> Iterator[str]:
    yield from resource_access.describe_strangers(bucket, environment)
    for kind, said in _WAYS_OUT.items():
        yield from (f"{said}, by {each.address}" for each in buckets.list_companions(bucket, kind, environment))
    for each in buckets.list_companions(bucket, _COPIES, environment):
        if any(_is_elsewhere(rule, environment) for rule in blocks(each.body.get("rule"))):
            yield f"is copied to a bucket that is not of this environment, by {each.address}"


def _is_elsewhere(rule: dict[str, Any], environment: Environment) -> bool:
    found = environment.referred(at(rule, "destination", "bucket"))
    return not any(each.type == buckets.BUCKET for each in found)


CHECK = Check(
    Rule(
        id="TEAL_BUCKET_NOT_SHARED",
        severity="critical",
        title="Buckets let in nobody but the environment's accounts",
        why="A stranger who can read a bucket has your source and your logs; one who can write to it releases to your users",
        fix="Take the statement out, or name in it the role of an account that the pipelines work with",
        link="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html",
        setting="pipelines_in",
    ),
    types=(buckets.BUCKET,),
    judge=_judge,
)
