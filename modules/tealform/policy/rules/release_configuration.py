"""A deployment configuration is never missed while it is replaced."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, is_true
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(configuration: Resource, _environment: Environment) -> Iterator[str]:
    if not is_true(at(configuration.body, "lifecycle", "create_before_destroy")):
        yield "create_before_destroy is not true in its lifecycle"


CHECK = Check(
    Rule(
        id="TEAL_RELEASE_CONFIGURATION",
        severity="medium",
        title="A deployment configuration is there before the one that it replaces is destroyed",
        why="AWS deletes no configuration that a deployment group uses: each apply that changes it fails, with what comes after it.",
        fix="Set create_before_destroy in its lifecycle, and give it a name that says what it does.",
        link="https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeleteDeploymentConfig.html",
    ),
    types=("aws_codedeploy_deployment_config",),
    judge=_judge,
)
