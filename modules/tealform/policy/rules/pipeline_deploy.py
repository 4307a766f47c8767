"""What CodePipeline tells CodeDeploy of a release."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import pipelines
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.pipelines import CODEDEPLOY, ROLLING, Action
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_REQUIRED = (
    "AppSpecTemplateArtifact",
    "ApplicationName",
    "DeploymentGroupName",
    "Image1ArtifactName",
    "TaskDefinitionTemplateArtifact",
)
_FILES = {
    "AppSpecTemplatePath": "appspec.yml",
    "TaskDefinitionTemplatePath": "taskdef.json",
    "Image1ContainerName": "IMAGE1_NAME",
}
"""What the release contract calls them. Without AppSpecTemplatePath CodePipeline looks for appspec.yaml."""


def _deploys(pipeline: Resource, _environment: Environment) -> bool:
    return any(each.category == "Deploy" and not each.hands_over for each in pipelines.actions(pipeline))


def _judge(pipeline: Resource, environment: Environment) -> Iterator[str]:
    for action in pipelines.actions(pipeline):
        if action.provider == ROLLING:
            yield f"{action.name} replaces tasks one by one, without blue and green"
        elif action.category == "Deploy" and action.provider != CODEDEPLOY and not action.hands_over:
            yield f"{action.name} deploys by {action.provider}, which does no blue/green on ECS"
        if action.provider == CODEDEPLOY:
            yield from _configured(action)
            yield from _unbuilt(action, pipelines.actions(pipeline))
            yield from _one_group(action, environment)
            yield from _own_group(action, pipeline, environment)


def _configured(action: Action) -> Iterator[str]:
    said = action.configuration
    for key in _REQUIRED:
        if not said.get(key):
            yield f"{action.name} lacks {key}"
        elif key.endswith(("Artifact", "ArtifactName")) and said[key] not in action.inputs:
            yield f"{key} is {said[key]}, which {action.name} does not take as an input"
    for key, meant in _FILES.items():
        if said.get(key) != meant:
            yield f"{key} is {said.get(key) or 'not set'}, where {meant} is meant"
    if action.outputs:
        yield f"{action.name} has an output, which CodePipeline refuses"


def _unbuilt(action: Action, actions: list[Action]) -> Iterator[str]:
    """What is deployed is what the build has filled in, and not the templates of the source."""
    sources = [artifact for each in actions if each.category == "Source" for artifact in each.outputs]
    for key in _REQUIRED:
        if key.endswith(("Artifact", "ArtifactName")) and action.configuration.get(key) in sources:
            yield f"{key} is the source, in which nothing is filled in"


def _own_group(action: Action, pipeline: Resource, environment: Environment) -> Iterator[str]:
    """The deployment group is of this environment, or of another account, and no other pipeline's."""
    if not action.body.get("role_arn") and not environment.referred(action.configuration.get("DeploymentGroupName")):
        yield f"deploys to {action.configuration.get('DeploymentGroupName')}, which is not of this environment"
    for other in environment.resources("aws_codepipeline"):
        if other != pipeline and _group(action) in map(_group, pipelines.deployments(other, environment)):
            yield f"{other.address} deploys to the same group"


def _group(action: Action) -> tuple[object, ...]:
    return tuple(action.configuration.get(key) for key in ("ApplicationName", "DeploymentGroupName"))


def _one_group(action: Action, environment: Environment) -> Iterator[str]:
    """Application and group are of one deployment group, if they are of this environment at all."""
    application, group = (
        {_application(each, environment) for each in environment.referred(action.configuration.get(key))}
        for key in ("ApplicationName", "DeploymentGroupName")
    )
    if application and group and application != group:
        yield "ApplicationName is not that of DeploymentGroupName"


def _application(resource: Resource, environment: Environment) -> str:
    of_group = environment.referred(resource.body.get("app_name"))
    return next((each.address for each in of_group), resource.address)


CHECK = Check(
    Rule(
        id="TEAL_PIPELINE_DEPLOY",
        severity="high",
        title="The deploy action hands CodeDeploy the files of the release contract",
        why="A file that is looked for under another name, or a placeholder that is not replaced, fails every release at its last stage",
        fix="Write the action's configuration as `tealform synth` does",
        link="https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html",
        setting="service.<name>.release.engine",
    ),
    types=("aws_codepipeline",),
    judge=_judge,
    applies=_deploys,
)
