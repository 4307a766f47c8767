"""Buckets do not grow for ever, and keep what is still needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tealform.policy import buckets, pipelines
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, number
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_MINUTES_A_DAY = 24 * 60
_APPROVAL = 7 * _MINUTES_A_DAY
"""Minutes that an approval waits if it does not say: https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html"""


def _judge(bucket: Resource, environment: Environment) -> Iterator[str]:
    settings = buckets.list_companions(bucket, "aws_s3_bucket_lifecycle_configuration", environment)
    if len(settings) != 1:
        yield f"has {len(settings) or 'no'} lifecycle configurations, where one is meant"
    rules = [rule for each in settings for rule in blocks(each.body.get("rule")) if rule.get("status") == "Enabled"]
    for_all = [rule for rule in rules if _is_about_all(rule)]
    if not any(at(rule, "noncurrent_version_expiration", "noncurrent_days") for rule in for_all):
        yield "old versions never expire"
    if not any(at(rule, "abort_incomplete_multipart_upload", "days_after_initiation") for rule in for_all):
        yield "uploads that were broken off never expire"
    if not buckets.receives_releases(bucket, environment):
        yield from _kept_for_a_while(bucket, for_all, environment)
    elif any(at(rule, "expiration", "days") or at(rule, "expiration", "date") for rule in rules):
        yield "what it holds expires, and with it a release that is still to be taken"


def _is_about_all(rule: dict[str, Any]) -> bool:
    narrowed = [value for each in blocks(rule.get("filter")) for value in each.values() if value]
    return not narrowed and not rule.get("prefix")


def _kept_for_a_while(bucket: Resource, rules: list[dict[str, Any]], environment: Environment) -> Iterator[str]:
    days = [found for rule in rules if (found := number(at(rule, "expiration", "days")))]
    longest = max(map(_waits, buckets.pipelines_storing_in(bucket, environment)), default=0)
    if not days:
        yield "what is put in never expires"
    elif min(days) * _MINUTES_A_DAY <= longest:
        yield f"artifacts expire after {min(days)} days, while an approval waits for {longest} minutes"


def _waits(pipeline: Resource) -> int:
    """The minutes that a release may wait for somebody's word."""
    approvals = [each for each in pipelines.actions(pipeline) if each.approves]
    return max((number(each.body.get("timeout_in_minutes")) or _APPROVAL for each in approvals), default=0)


CHECK = Check(
    Rule(
        id="TEAL_BUCKET_EXPIRES",
        severity="medium",
        title="Artifacts and logs expire, and a release that is to be taken does not",
        why="Either the bill grows with each build, or a release waits for approval until its artifact is gone and it fails",
        fix="Set the lifecycle as `tealform synth` does: artifacts and logs expire, sources and releases only in old versions",
        link="https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html",
        setting="access_log_days",
    ),
    types=(buckets.BUCKET,),
    judge=_judge,
)
