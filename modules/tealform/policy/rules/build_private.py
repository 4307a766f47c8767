"""What a build writes is for those who may see it."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(project: Resource, _environment: Environment) -> Iterator[str]:
    visibility = project.body.get("project_visibility", "PRIVATE")
    if visibility != "PRIVATE":
        yield f"project_visibility is {visibility}"


CHECK = Check(
    Rule(
        id="TEAL_BUILD_PRIVATE",
        severity="critical",
        title="Builds are not public",
        why="Anybody on the internet reads the logs and artifacts of each build, with whatever a command has printed",
        fix="Leave project_visibility out: it is PRIVATE then",
        link="https://docs.aws.amazon.com/codebuild/latest/userguide/public-builds.html",
    ),
    types=("aws_codebuild_project",),
    judge=_judge,
)
