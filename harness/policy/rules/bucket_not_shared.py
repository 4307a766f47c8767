"""A bucket lets in those who take part in the releases, and nobody else."""

from __future__ import annotations

from harness.policy import allowed, buckets
from harness.policy.check import Check
from harness.policy.rule import Rule

CHECK = Check(
    Rule(
        id="CUT_BUCKET_NOT_SHARED",
        severity="critical",
        title="Buckets let in nobody but the environment's accounts",
        why="A stranger who can read a bucket has your source and your logs; one who can write to it releases to your users",
        fix="Take the statement out, or name in it the role of an account that the pipelines work with",
        link="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html",
        setting="pipelines_in",
    ),
    types=(buckets.BUCKET,),
    judge=allowed.strangers,
)
