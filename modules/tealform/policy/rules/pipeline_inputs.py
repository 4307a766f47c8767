"""Artifacts are there when an action wants them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from tealform.policy import pipelines
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.pipelines import Action
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_VARIABLE = re.compile(r"#\{(\w+)\.\w+\}")
_GIVEN = {"codepipeline", "variables"}
"""What variables may be of beside actions: https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html"""

_TAKES_SOMETHING = {"CodeBuild", "CodeDeployToECS", "ECS", "S3"}


def _judge(pipeline: Resource, environment: Environment) -> Iterator[str]:
    actions = pipelines.actions(pipeline)
    for artifact, times in Counter(each for action in actions for each in action.outputs).items():
        if times > 1:
            yield f"{times} actions make the artifact {artifact}"
    for action in actions:
        yield from _missing(action, actions)
        if action.provider == "CodeBuild" and not pipelines.projects(action, environment):
            yield f"{action.name} runs the project {action.configuration.get('ProjectName')}, which is not there"


def _missing(action: Action, actions: list[Action]) -> Iterator[str]:
    made = {artifact for each in actions if each.place < action.place for artifact in each.outputs}
    for artifact in action.inputs:
        if artifact not in made:
            yield f"{action.name} takes the artifact {artifact}, which no action before it makes"
    if not action.inputs and action.provider in _TAKES_SOMETHING and action.category != "Source":
        yield f"{action.name} takes no artifact"
    known = {str(each.body.get("namespace")) for each in actions if each.place < action.place} | _GIVEN
    for name in dict.fromkeys(_VARIABLE.findall(str(action.configuration))):
        if name not in known:
            yield f"{action.name} shows variables of {name}, which no action before it gives"
    primary = action.configuration.get("PrimarySource")
    if primary and primary not in action.inputs:
        yield f"PrimarySource of {action.name} is {primary}, which it does not take"


CHECK = Check(
    Rule(
        id="TEAL_PIPELINE_INPUTS",
        severity="medium",
        title="Each action takes artifacts that an earlier one has made",
        why="CodePipeline refuses the pipeline in the middle of the apply, or a stage works on something else than was built",
        fix="Let the action take the artifact of the stage whose result it works on",
        link="https://docs.aws.amazon.com/codepipeline/latest/userguide/welcome-introducing-artifacts.html",
    ),
    types=("aws_codepipeline",),
    judge=_judge,
)
