"""An image repository lets in those who run its images, and nobody else."""

from __future__ import annotations

from tealform.policy import resource_access
from tealform.policy.check import Check
from tealform.policy.rule import Rule

CHECK = Check(
    Rule(
        id="TEAL_IMAGE_NOT_SHARED",
        severity="critical",
        title="Image repositories let in nobody but the environment's accounts",
        why="A stranger who can pull an image has your source and what was built into it; one who can push runs it for your users",
        fix="Take the statement out, or name in it the role of an account that the pipelines work with",
        link="https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html",
        setting="pipelines_in",
    ),
    types=("aws_ecr_repository",),
    judge=resource_access.describe_strangers,
)
