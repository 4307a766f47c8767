"""Buckets of an environment: what is set for each, and what each is for."""

from __future__ import annotations

from tealform.policy import resource_access
from tealform.policy.environment import Environment, at
from tealform.policy.iam.policy_reader import PolicyStatement
from tealform.policy.pipelines import Action, actions
from tealform.synth.terraform_json import Resource

BUCKET = "aws_s3_bucket"
_DELIVERING = ("delivery.logs.", "logdelivery.elasticloadbalancing.", "logging.s3.")


def parts(bucket: Resource, kind: str, environment: Environment) -> tuple[Resource, ...]:
    """The resources of type ``kind`` that are about ``bucket``, which they may refer to or name."""
    return tuple(each for each in environment.resources(kind) if is_it(bucket, each.body.get("bucket"), environment))


def is_it(bucket: Resource, value: object, environment: Environment) -> bool:
    """Whether ``value`` is a reference to the bucket, or its name."""
    return value is not None and (value == bucket.body.get("bucket") or bucket in environment.referred(value))


def of_artifacts(bucket: Resource, environment: Environment) -> list[Resource]:
    """The pipelines that keep their artifacts in it."""
    pipelines = environment.resources("aws_codepipeline")
    return [each for each in pipelines if is_it(bucket, at(each.body, "artifact_store", "location"), environment)]


def of_logs(bucket: Resource, environment: Environment) -> bool:
    """Whether access logs of load balancers or other buckets are delivered to it, or may be once there are some."""
    if any(each.effect == "Allow" and _lets_logs_in(each) for each in resource_access.statements(bucket, environment)):
        return True
    named = [at(each.body, "access_logs", "bucket") for each in environment.resources("aws_lb")]
    named += [each.body.get("target_bucket") for each in environment.resources("aws_s3_bucket_logging")]
    return any(is_it(bucket, each, environment) for each in named)


def of_releases(bucket: Resource, environment: Environment) -> bool:
    """Whether a pipeline is started by what is put into it, or hands its releases over there."""
    named = [_named(action) for each in environment.resources("aws_codepipeline") for action in actions(each)]
    return any(is_it(bucket, each, environment) for each in named)


def _lets_logs_in(statement: PolicyStatement) -> bool:
    return any(kind == "Service" and who.startswith(_DELIVERING) for kind, who in statement.principals)


def _named(action: Action) -> object:
    return action.configuration.get("BucketName" if action.hands_over else "S3Bucket")
