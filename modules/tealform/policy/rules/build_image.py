"""Builds run in images that AWS looks after."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, at
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_AWSS_OWN = "aws/codebuild/"


def _judge(project: Resource, _environment: Environment) -> Iterator[str]:
    image = str(at(project.body, "environment", "image"))
    if not image.startswith(_AWSS_OWN):
        yield f"runs in {image}, which is not AWS's"


CHECK = Check(
    Rule(
        id="TEAL_BUILD_IMAGE",
        severity="high",
        title="Builds run in AWS's own images",
        why="Whoever can change an image of somebody else's runs with the build's role, and decides what your images hold",
        fix="Take an image of aws/codebuild, and install what is missing in the buildspec",
        link="https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html",
        setting="service.<name>.build",
    ),
    types=("aws_codebuild_project",),
    judge=_judge,
)
