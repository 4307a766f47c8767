"""Buckets are closed to the world, whatever a policy or an access list says."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import buckets
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, is_true
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_BLOCKED = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")


def _judge(bucket: Resource, environment: Environment) -> Iterator[str]:
    accesses = buckets.list_companions(bucket, "aws_s3_bucket_public_access_block", environment)
    if len(accesses) != 1:
        yield f"has {len(accesses) or 'no'} public access blocks, where one is meant"
    for access in accesses:
        yield from (f"{key} is not true" for key in _BLOCKED if not is_true(access.body.get(key)))
    ownerships = buckets.list_companions(bucket, "aws_s3_bucket_ownership_controls", environment)
    if [at(each.body, "rule", "object_ownership") for each in ownerships] != ["BucketOwnerEnforced"]:
        yield "access control lists still count: object_ownership is not BucketOwnerEnforced"


CHECK = Check(
    Rule(
        id="TEAL_BUCKET_CLOSED",
        severity="high",
        title="Buckets block public access, and know no access control lists",
        why="One careless policy or ACL later, anybody on the internet reads your source, your releases or your logs",
        fix="Give the bucket a public access block with all four set, and object_ownership = BucketOwnerEnforced",
        link="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    ),
    types=(buckets.BUCKET,),
    judge=_judge,
)
