"""A bucket from which releases start says so when something new is in it."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import buckets
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, is_true
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(bucket: Resource, environment: Environment) -> Iterator[str]:
    notifications = buckets.list_companions(bucket, "aws_s3_bucket_notification", environment)
    if [is_true(each.body.get("eventbridge")) for each in notifications] != [True]:
        yield "does not tell EventBridge of new versions"
    versionings = buckets.list_companions(bucket, "aws_s3_bucket_versioning", environment)
    if [at(each.body, "versioning_configuration", "status") for each in versionings] != ["Enabled"]:
        yield "keeps no versions, without which CodePipeline takes nothing from it"


CHECK = Check(
    Rule(
        id="TEAL_BUCKET_EVENTS",
        severity="high",
        title="Buckets that start releases keep versions, and tell EventBridge of new ones",
        why="You put a new version in, and no release ever begins: neither here nor where this one is promoted to",
        fix="Set eventbridge = true in the bucket's notification, and its versioning to Enabled",
        link="https://docs.aws.amazon.com/codepipeline/latest/userguide/create-S3-source-events.html",
    ),
    types=(buckets.BUCKET,),
    judge=_judge,
    applies=buckets.receives_releases,
)
