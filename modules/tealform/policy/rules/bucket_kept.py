"""What production holds is not thrown away with a resource that is replaced."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, is_true
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_ARGUMENTS = {"aws_s3_bucket": "force_destroy", "aws_ecr_repository": "force_delete"}
_SOURCE = "aws_codecommit_repository"
_CACHE = "MUTABLE"


def _keeps(resource: Resource, environment: Environment) -> bool:
    """Only in production; a repository whose tags move is a build's cache, which the next build makes again."""
    return environment.production and resource.body.get("image_tag_mutability", "IMMUTABLE") != _CACHE


def _judge(resource: Resource, _environment: Environment) -> Iterator[str]:
    if resource.type == _SOURCE:
        if not is_true(at(resource.body, "lifecycle", "prevent_destroy")):
            yield "prevent_destroy is not true"
        return
    argument = _ARGUMENTS[resource.type]
    if is_true(resource.body.get(argument)):
        yield f"{argument} is true"


CHECK = Check(
    Rule(
        id="TEAL_BUCKET_KEPT",
        severity="high",
        title="Buckets and repositories of production are not deleted with what they hold",
        why="A plan that replaces the bucket or repository takes every commit, image and log along, what runs now as well",
        fix="Set disposable = false",
        link="https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket",
        setting="disposable",
    ),
    types=(*_ARGUMENTS, _SOURCE),
    judge=_judge,
    applies=_keeps,
)
