"""Secrets reach a build by reference."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tealform.policy import pipelines
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at
from tealform.policy.rule import Rule
from tealform.policy.secret_patterns import secret_reasons
from tealform.synth.terraform_json import Resource, blocks

_PLAIN = "PLAINTEXT"
"""The type of a variable that says none:
https://docs.aws.amazon.com/codebuild/latest/APIReference/API_EnvironmentVariable.html"""


def _judge(resource: Resource, _environment: Environment) -> Iterator[str]:
    for variable in _variables(resource):
        if variable.get("type", _PLAIN) == _PLAIN:
            name = str(variable.get("name"))
            yield from (f"{name} {reason}" for reason in secret_reasons(name, str(variable.get("value", ""))))


def _variables(resource: Resource) -> Iterator[dict[str, Any]]:
    """Those of a project, or those that the actions of a pipeline or a pipeline itself set."""
    if resource.type == "aws_codebuild_project":
        yield from pipelines.variables(resource)
        return
    for action in pipelines.actions(resource):
        yield from blocks(json.loads(action.configuration.get("EnvironmentVariables", "[]")))
    for variable in blocks(resource.body.get("variable")):
        yield {"name": variable.get("name"), "value": at(variable, "default_value")}


CHECK = Check(
    Rule(
        id="TEAL_BUILD_SECRETS",
        severity="critical",
        title="Builds get secrets by reference, and not in plain text",
        why="Whoever reads the repository, the state, the console or a build's log has the secret, and it must be changed",
        fix="Put it into Secrets Manager or Parameter Store, and name its ARN in the secrets of build or test",
        link="https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html",
        setting="service.<name>.build.secrets",
    ),
    types=("aws_codebuild_project", "aws_codepipeline"),
    judge=_judge,
)
