"""The buckets of an environment: their companion resources, and what each is used for."""

from __future__ import annotations

from tealform.policy import resource_access
from tealform.policy.environment import Environment, at
from tealform.policy.iam.policy_reader import PolicyStatement
from tealform.policy.pipelines import Action, actions
from tealform.synth.terraform_json import Resource

BUCKET = "aws_s3_bucket"
_DELIVERING = ("delivery.logs.", "logdelivery.elasticloadbalancing.", "logging.s3.")


def list_companions(bucket: Resource, kind: str, environment: Environment) -> tuple[Resource, ...]:
    """Return the resources of type ``kind`` that configure ``bucket``, by reference or by name."""
    return tuple(
        each for each in environment.resources(kind) if names_bucket(bucket, each.body.get("bucket"), environment)
    )


def names_bucket(bucket: Resource, value: object, environment: Environment) -> bool:
    """Return whether ``value`` is a reference to the bucket, or its name."""
    return value is not None and (value == bucket.body.get("bucket") or bucket in environment.referred(value))


def pipelines_storing_in(bucket: Resource, environment: Environment) -> list[Resource]:
    """Return the pipelines that keep their artifacts in a bucket."""
    pipelines = environment.resources("aws_codepipeline")
    return [
        each for each in pipelines if names_bucket(bucket, at(each.body, "artifact_store", "location"), environment)
    ]


def receives_logs(bucket: Resource, environment: Environment) -> bool:
    """Return whether access logs of load balancers or other buckets are, or may be, delivered to a bucket."""
    if any(each.effect == "Allow" and _lets_logs_in(each) for each in resource_access.statements(bucket, environment)):
        return True
    named = [at(each.body, "access_logs", "bucket") for each in environment.resources("aws_lb")]
    named += [each.body.get("target_bucket") for each in environment.resources("aws_s3_bucket_logging")]
    return any(names_bucket(bucket, each, environment) for each in named)


def receives_releases(bucket: Resource, environment: Environment) -> bool:
    """Return whether an object in the bucket starts a pipeline, or a pipeline hands its releases over there."""
    named = [_named(action) for each in environment.resources("aws_codepipeline") for action in actions(each)]
    return any(names_bucket(bucket, each, environment) for each in named)


def _lets_logs_in(statement: PolicyStatement) -> bool:
    return any(kind == "Service" and who.startswith(_DELIVERING) for kind, who in statement.principals)


def _named(action: Action) -> object:
    return action.configuration.get("BucketName" if action.hands_over else "S3Bucket")
