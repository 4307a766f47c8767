"""The actions of a pipeline, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tealform.policy.environment import Environment, at, items, number
from tealform.synth.terraform_json import Resource, blocks

CODEDEPLOY = "CodeDeployToECS"
ROLLING = "ECS"
"""The provider of the action that replaces tasks without blue/green."""

_DEPLOY_VARIABLES = {"CLUSTER", "SERVICE"}
"""The variables by which a build that deploys with ECS's own blue/green knows what it releases."""


@dataclass(frozen=True)
class Action:
    """An action. ``place`` is the number of its stage and its run order there: lower ones end before it begins."""

    place: tuple[int, int]
    stage: str
    body: dict[str, Any]

    @property
    def name(self) -> str:
        """Its name in its stage."""
        return str(self.body.get("name"))

    @property
    def category(self) -> str:
        """``Source``, ``Build``, ``Test``, ``Approval``, ``Deploy`` or ``Invoke``."""
        return str(self.body.get("category"))

    @property
    def provider(self) -> str:
        """Its provider, like ``CodeBuild``."""
        return str(self.body.get("provider"))

    @property
    def configuration(self) -> dict[str, Any]:
        """Its configuration."""
        return next(blocks(self.body.get("configuration")), {})

    @property
    def inputs(self) -> list[str]:
        """The artifacts that it reads."""
        return [str(each) for each in items(self.body.get("input_artifacts"))]

    @property
    def outputs(self) -> list[str]:
        """The artifacts that it creates."""
        return [str(each) for each in items(self.body.get("output_artifacts"))]

    @property
    def hands_over(self) -> bool:
        """Whether it puts the release into a bucket for another environment."""
        return (self.category, self.provider) == ("Deploy", "S3")

    @property
    def approves(self) -> bool:
        """Whether it waits for a manual approval."""
        return (self.category, self.provider) == ("Approval", "Manual")


def actions(pipeline: Resource) -> list[Action]:
    """Return all actions of a pipeline, stage by stage."""
    return [
        Action((stage_number, number(body.get("run_order")) or 1), str(stage.get("name")), body)
        for stage_number, stage in enumerate(blocks(pipeline.body.get("stage")))
        for body in blocks(stage.get("action"))
    ]


def deployments(pipeline: Resource, environment: Environment) -> list[Action]:
    """Return the actions that move traffic to a new version, with either engine."""
    return [each for each in actions(pipeline) if _deploys(each, environment)]


def projects(action: Action, environment: Environment) -> tuple[Resource, ...]:
    """Return the CodeBuild project that an action runs, if it is in this environment."""
    named = action.configuration.get("ProjectName")
    known = environment.resources("aws_codebuild_project")
    return environment.referred(named) or tuple(each for each in known if each.body.get("name") == named)


def variables(project: Resource) -> Iterator[dict[str, Any]]:
    """Yield the environment variables of a CodeBuild project."""
    yield from blocks(at(project.body, "environment", "environment_variable"))


def _deploys(action: Action, environment: Environment) -> bool:
    if action.provider == "CodeBuild":
        given = ({str(each.get("name")) for each in variables(project)} for project in projects(action, environment))
        return any(names >= _DEPLOY_VARIABLES for names in given)
    return action.category == "Deploy" and not action.hands_over
