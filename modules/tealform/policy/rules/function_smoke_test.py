"""The smoke test asks green, and waits for the right answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, number, shown
from tealform.policy.rule import Rule
from tealform.service.lambda_packages import SMOKE_TEST
from tealform.synth.terraform_json import Resource

_FIRST_FAILURE = 500
_SECONDS = 3
"""What Lambda gives a function that does not say: https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html"""


def _judge(function: Resource, environment: Environment) -> Iterator[str]:
    told = _variables(function)
    tested = sorted(_tested(environment))
    if (port := told.get("PORT")) is None or str(port) not in tested:
        yield f"PORT is {shown(port)}, and green answers on {' or '.join(tested) or 'no test listener'}"
    expected = number(told.get("EXPECT"))
    if expected is None or expected >= _FIRST_FAILURE:
        yield f"EXPECT is {shown(told.get('EXPECT'))}, which no service that works answers"
    seconds, end = number(told.get("SECONDS")), number(function.body.get("timeout", _SECONDS))
    if seconds is None or end is None or end <= seconds:
        yield f"it is ended after {shown(end)} seconds, and asks for {shown(told.get('SECONDS'))}"
    if (runtime := function.body.get("runtime")) != SMOKE_TEST.runtime:
        yield f"its runtime is {shown(runtime)}, and it is written and tested for {SMOKE_TEST.runtime}"


def _variables(function: Resource) -> Mapping[str, Any]:
    found = at(function.body, "environment", "variables")
    return found if isinstance(found, Mapping) else {}


def _tested(environment: Environment) -> set[str]:
    """The ports on which green answers before it takes traffic."""
    routes = [route for each in deployments.list_deployments(environment) for route in each.test]
    return {str(deployments.listener(route, environment).body.get("port")) for route in routes}


def _is_it(function: Resource, _environment: Environment) -> bool:
    return str(function.body.get("handler", "")).partition(".")[0] == SMOKE_TEST.module


CHECK = Check(
    Rule(
        id="TEAL_FUNCTION_SMOKE_TEST",
        severity="high",
        title="The smoke test asks green for an answer that is right, and has the time to get it",
        why="A version that is broken passes, because blue was asked or an error is what is wanted; or none passes, and every "
        "release is rolled back.",
        fix="Run `tealform synth`; set smoke_test.expect to the answer of a healthy service.",
        link="https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html",
        setting="service.<name>.release.smoke_test",
    ),
    types=("aws_lambda_function",),
    judge=_judge,
    applies=_is_it,
)
