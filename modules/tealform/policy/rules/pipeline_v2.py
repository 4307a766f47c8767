"""Triggers, conditions and execution modes are there in one type of pipelines only."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(pipeline: Resource, _environment: Environment) -> Iterator[str]:
    kind = pipeline.body.get("pipeline_type", "V1")
    if kind != "V2":
        yield f"is of type {kind}"


CHECK = Check(
    Rule(
        id="TEAL_PIPELINE_V2",
        severity="medium",
        title="Pipelines are of type V2",
        why="V1 has no triggers, stage conditions or execution modes: a window or an alarm that should stop a release is refused or not there",
        fix='Set pipeline_type to "V2"; Terraform\'s default is V1',
        link="https://docs.aws.amazon.com/codepipeline/latest/userguide/pipeline-types-planning.html",
    ),
    types=("aws_codepipeline",),
    judge=_judge,
)
