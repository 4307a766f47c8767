"""What must hold of a stage stops it, and does not wave it through."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import pipelines
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_MEANT = {"before_entry": "FAIL", "on_success": "ROLLBACK"}
_BESIDE = "PARALLEL"


def _judge(pipeline: Resource, _environment: Environment) -> Iterator[str]:
    for stage in blocks(pipeline.body.get("stage")):
        for moment, meant in _MEANT.items():
            for condition in blocks(at(stage, moment, "condition")):
                yield from _lets_through(f"{moment} of {stage.get('name')}", condition, meant)
    by_codedeploy = any(each.provider == pipelines.CODEDEPLOY for each in pipelines.actions(pipeline))
    if by_codedeploy and pipeline.body.get("execution_mode") == _BESIDE:
        yield "its releases run side by side, and CodeDeploy refuses all but the first"


def _lets_through(where: str, condition: dict[str, object], meant: str) -> Iterator[str]:
    if condition.get("result") != meant:
        yield f"{where} ends in {condition.get('result')}, where {meant} is meant"
    if not any(blocks(condition.get("rule"))):
        yield f"{where} has no rule"


CHECK = Check(
    Rule(
        id="TEAL_PIPELINE_CONDITIONS",
        severity="medium",
        title="Conditions of a stage stop a release or roll it back",
        why="A release outside of its window, or one that raises alarms, goes on as if nothing were the matter, or is skipped in silence",
        fix="Let before_entry end in FAIL and on_success in ROLLBACK, and releases by CodeDeploy wait for each other",
        link="https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html",
        setting="service.<name>.release.before_entry",
    ),
    types=("aws_codepipeline",),
    judge=_judge,
)
