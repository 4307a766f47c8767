"""What a build runs is in the source that is released, or is a program of Tealform."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tealform.pipeline import inline_buildspec
from tealform.policy import pipelines
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_PIPELINE = "aws_codepipeline"
_FILE = re.compile(r"(?!/)[\w./-]+\.ya?ml")
_PRINTS = re.compile(r"^  exported-variables:\n    - (\w+)$", re.MULTILINE)
_FILES = re.compile(r"^    - (\S+)$", re.MULTILINE)


def _judge(resource: Resource, environment: Environment) -> Iterator[str]:
    yield from _of_pipeline(resource) if resource.type == _PIPELINE else _of_project(resource, environment)


def _of_pipeline(pipeline: Resource) -> Iterator[str]:
    """CodePipeline can run commands by itself, too: in its own words, with its own role.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Commands.html
    """
    for action in pipelines.actions(pipeline):
        if action.provider == "Commands" or action.body.get("commands"):
            yield f"{action.name} runs commands that stand in the pipeline"


def _of_project(project: Resource, environment: Environment) -> Iterator[str]:
    for block in ("source", "artifacts"):
        kind = at(project.body, block, "type")
        if kind != "CODEPIPELINE":
            yield f"its {block} is of type {kind}, and not the pipeline's"
    if project.body.get("secondary_sources"):
        yield "takes other sources beside the pipeline's"
    for webhook in environment.resources("aws_codebuild_webhook"):
        if webhook.body.get("project_name") == project.body.get("name") or project in environment.referred(
            webhook.body
        ):
            yield f"{webhook.address} starts it without the pipeline"
    yield from _buildspec(project)


def _buildspec(project: Resource) -> Iterator[str]:
    buildspec = str(at(project.body, "source", "buildspec") or "")
    if not buildspec:
        yield "names no buildspec"
    elif not (_FILE.fullmatch(buildspec) and ".." not in buildspec) and not _is_ours(buildspec):
        yield f"its buildspec is neither a file of the source nor one of Tealform's: {buildspec.splitlines()[0]}"


def _is_ours(buildspec: str) -> bool:
    """Whether it is one of Tealform's programs, letter by letter, with nothing before, in or after it."""
    prints = _PRINTS.search(buildspec)
    _, _, artifacts = buildspec.partition("\nartifacts:\n")
    return any(
        buildspec == inline_buildspec.buildspec(script, prints[1] if prints else None, _FILES.findall(artifacts))
        for script in inline_buildspec.scripts()
    )


CHECK = Check(
    Rule(
        id="TEAL_BUILD_SOURCE",
        severity="high",
        title="Builds take source and buildspec from the pipeline",
        why="A buildspec from elsewhere runs commands that no review of the source has seen, with the right to push your images",
        fix="Name a buildspec by its path in the source, and let the pipeline hand the source over",
        link="https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html",
        setting="service.<name>.build.buildspec",
    ),
    types=("aws_codebuild_project", _PIPELINE),
    judge=_judge,
)
