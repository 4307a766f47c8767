"""A function is called by the release, and by nobody else."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_DOORS = ("aws_lambda_function_url", "aws_lambda_permission")


def _judge(function: Resource, environment: Environment) -> Iterator[str]:
    name = function.body.get("function_name")
    for door in environment.resources(*_DOORS):
        named = door.body.get("function_name")
        if function in environment.referred(named) or named == name or str(named).endswith(f":function:{name}"):
            yield f"{door.address} lets others call it"


CHECK = Check(
    Rule(
        id="TEAL_FUNCTION_CLOSED",
        severity="high",
        title="Functions are called by roles of the environment alone",
        why="Whoever may call the function works with its role, and is in your network",
        fix="Take it out: CodeDeploy and ECS call the function with their own roles",
        link="https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
        setting="service.<name>.release.smoke_test",
    ),
    types=("aws_lambda_function",),
    judge=_judge,
)
