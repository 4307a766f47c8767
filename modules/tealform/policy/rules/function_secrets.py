"""Secrets reach a function by reference."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, at
from tealform.policy.rule import Rule
from tealform.policy.secret_patterns import secret_reasons
from tealform.synth.terraform_json import Resource, blocks


def _judge(function: Resource, _environment: Environment) -> Iterator[str]:
    for variables in blocks(at(function.body, "environment", "variables")):
        for name, value in variables.items():
            yield from (f"{name} {reason}" for reason in secret_reasons(name, str(value)))


CHECK = Check(
    Rule(
        id="TEAL_FUNCTION_SECRETS",
        severity="critical",
        title="Functions get no secret in plain text",
        why="Whoever reads the repository, the state or the function's settings has the secret, and it must be changed",
        fix="Let the function read the secret from Secrets Manager or Parameter Store by its ARN",
        link="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
    ),
    types=("aws_lambda_function",),
    judge=_judge,
)
