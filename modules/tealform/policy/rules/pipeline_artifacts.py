"""Where a pipeline keeps what it is about to release."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import buckets
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks


def _judge(pipeline: Resource, environment: Environment) -> Iterator[str]:
    stores = list(blocks(pipeline.body.get("artifact_store")))
    if not stores:
        yield "has no artifact store"
    for store in stores:
        location, key = store.get("location"), at(store, "encryption_key", "id")
        if not any(buckets.names_bucket(each, location, environment) for each in environment.resources(buckets.BUCKET)):
            yield f"keeps its artifacts in {location}, a bucket that is not of this environment"
        if not any(each.type == "aws_kms_key" for each in environment.referred(key)):
            yield "its artifacts are not under the environment's KMS key"
        elif at(store, "encryption_key", "type") != "KMS":
            yield "the type of its encryption key is not KMS"


CHECK = Check(
    Rule(
        id="TEAL_PIPELINE_ARTIFACTS",
        severity="high",
        title="Artifacts are kept in a bucket of the environment, under its own KMS key",
        why="Whoever can read or replace an artifact on its way decides what runs; AWS's own key asks nobody, and other accounts cannot use it",
        fix="Give the artifact store a bucket of this environment and the environment's key as encryption_key",
        link="https://docs.aws.amazon.com/codepipeline/latest/userguide/S3-artifact-encryption.html",
    ),
    types=("aws_codepipeline",),
    judge=_judge,
)
