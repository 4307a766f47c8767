"""A task that answers with errors is not well."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_FIRST_ERROR = 400


def _judge(group: Resource, _environment: Environment) -> Iterator[str]:
    check = group.body.get("health_check")
    if not check:
        yield "it has no health_check"
        return
    if at(check, "enabled") in (False, "false"):
        yield "its health_check is not enabled"
    if (matcher := at(check, "matcher")) and _takes_errors(str(matcher)):
        yield f"its health_check.matcher {matcher} takes an error for well"


def _takes_errors(matcher: str) -> bool:
    """Whether a code in a matcher like ``200,301`` or ``200-499`` is an error's."""
    return any(int(code) >= _FIRST_ERROR for code in re.findall(r"\d+", matcher))


def _released(group: Resource, environment: Environment) -> bool:
    return any(group in each.target_groups for each in deployments.list_deployments(environment))


CHECK = Check(
    Rule(
        id="TEAL_SERVICE_HEALTH",
        severity="high",
        title="The health check of a service does not take errors for well",
        why="A version that answers everything with errors becomes well, takes the traffic, and blue is removed.",
        fix="Let the matcher have codes below 400 alone, and give the check a path that says whether the service "
        "works.",
        link="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
        setting="service.<name>.health_check.status",
    ),
    types=("aws_lb_target_group",),
    judge=_judge,
    applies=_released,
)
