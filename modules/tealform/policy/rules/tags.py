"""Everything in AWS says whose it is."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, at
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks


def _judge(provider: Resource, environment: Environment) -> Iterator[str]:
    tags = next(blocks(at(provider.body, "default_tags", "tags")), {})
    if not tags.get("project"):
        yield "default_tags have no project"
    if tags.get("environment") != environment.name:
        yield f"default_tags have the environment {tags.get('environment')}, where {environment.name} is meant"


CHECK = Check(
    Rule(
        id="TEAL_TAGS",
        severity="medium",
        title="Everything is tagged with its project and environment",
        why="Bills and alarms cannot be told apart, and roles that may change only what has the environment's tags may change nothing",
        fix="Set project, and let the provider's default_tags hold it and the environment's name",
        link="https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/resource-tagging",
        setting="project",
    ),
    types=("provider.aws",),
    judge=_judge,
)
