"""First the source, then what makes and checks a release, then the deployment, then who takes it over."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import pipelines
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.pipelines import Action
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_BEFORE = ("Source", "Build", "Test")


def _judge(pipeline: Resource, environment: Environment) -> Iterator[str]:
    deployments = pipelines.deployments(pipeline, environment)
    if len(deployments) != 1:
        yield f"{len(deployments) or 'no'} actions deploy, where one is meant"
        return
    (deployment,) = deployments
    others = [each for each in pipelines.actions(pipeline) if each != deployment]
    if not any(each.category == "Build" for each in others):
        yield "nothing is built"
    for each in others:
        if each.category in _BEFORE and each.place >= deployment.place:
            yield f"{each.name} does not end before {deployment.name} begins"
        if each.approves and _unseen(each.place, deployment.place, others):
            yield f"{each.name} asks before there is all that is to be looked at"
        if each.hands_over and each.place <= deployment.place:
            yield f"{each.name} does not wait for {deployment.name}"


def _unseen(approval: tuple[int, int], deployment: tuple[int, int], others: list[Action]) -> bool:
    """Whether something is still built or tested between an approval and the deployment."""
    return any(approval <= each.place < deployment for each in others if each.category in _BEFORE)


CHECK = Check(
    Rule(
        id="TEAL_PIPELINE_ORDER",
        severity="high",
        title="What is deployed was built, scanned and tested before, and is handed over after",
        why="A scan or a test that runs beside or after the deployment stops nothing: your users have the version that it refuses",
        fix="Put the stages in the order source, build, scan and test, approval, deploy, handover",
        link="https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html",
    ),
    types=("aws_codepipeline",),
    judge=_judge,
)
