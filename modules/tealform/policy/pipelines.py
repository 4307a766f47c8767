"""The actions of a pipeline, in their order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tealform.policy.environment import Environment, at, items, number
from tealform.synth.terraform_json import Resource, blocks

CODEDEPLOY = "CodeDeployToECS"
ROLLING = "ECS"
"""The action that replaces tasks without blue and green."""

_TOLD_WHERE = {"CLUSTER", "SERVICE"}
"""The variables by which a build that deploys with ECS's own blue/green knows what it releases."""


@dataclass(frozen=True)
class Action:
    """``place`` is the number of its stage and its run order there: what is less has ended before this begins."""

    place: tuple[int, int]
    stage: str
    body: dict[str, Any]

    @property
    def name(self) -> str:
        """What it is called in its stage."""
        return str(self.body.get("name"))

    @property
    def category(self) -> str:
        """``Source``, ``Build``, ``Test``, ``Approval``, ``Deploy`` or ``Invoke``."""
        return str(self.body.get("category"))

    @property
    def provider(self) -> str:
        """Who does it, like ``CodeBuild``."""
        return str(self.body.get("provider"))

    @property
    def configuration(self) -> dict[str, Any]:
        """What it is told."""
        return next(blocks(self.body.get("configuration")), {})

    @property
    def inputs(self) -> list[str]:
        """The artifacts that it takes."""
        return [str(each) for each in items(self.body.get("input_artifacts"))]

    @property
    def outputs(self) -> list[str]:
        """The artifacts that it makes."""
        return [str(each) for each in items(self.body.get("output_artifacts"))]

    @property
    def hands_over(self) -> bool:
        """Whether it puts what was released into a bucket, for another environment."""
        return (self.category, self.provider) == ("Deploy", "S3")

    @property
    def approves(self) -> bool:
        """Whether it waits for somebody's word."""
        return (self.category, self.provider) == ("Approval", "Manual")


def actions(pipeline: Resource) -> list[Action]:
    """All of them, stage by stage."""
    return [
        Action((stage_number, number(body.get("run_order")) or 1), str(stage.get("name")), body)
        for stage_number, stage in enumerate(blocks(pipeline.body.get("stage")))
        for body in blocks(stage.get("action"))
    ]


def deployments(pipeline: Resource, environment: Environment) -> list[Action]:
    """The actions that move traffic to a new version, whichever engine does it."""
    return [each for each in actions(pipeline) if _deploys(each, environment)]


def projects(action: Action, environment: Environment) -> tuple[Resource, ...]:
    """The CodeBuild project that an action runs, as far as it is of this environment."""
    named = action.configuration.get("ProjectName")
    known = environment.resources("aws_codebuild_project")
    return environment.referred(named) or tuple(each for each in known if each.body.get("name") == named)


def variables(project: Resource) -> Iterator[dict[str, Any]]:
    """The environment variables of a CodeBuild project."""
    yield from blocks(at(project.body, "environment", "environment_variable"))


def _deploys(action: Action, environment: Environment) -> bool:
    if action.provider == "CodeBuild":
        told = ({str(each.get("name")) for each in variables(project)} for project in projects(action, environment))
        return any(names >= _TOLD_WHERE for names in told)
    return action.category == "Deploy" and not action.hands_over
