"""Requests that are under way are answered."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.environment import Environment, number
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_DELAY = "deregistration_delay"


def _judge(group: Resource, _environment: Environment) -> Iterator[str]:
    # Terraform's default are 300 seconds.
    if number(group.body.get(_DELAY)) == 0:
        yield f"its {_DELAY} is 0: whoever is being answered when a task leaves is cut off"


def _of_production(group: Resource, environment: Environment) -> bool:
    return environment.production and any(
        group in each.target_groups for each in deployments.list_deployments(environment)
    )


CHECK = Check(
    Rule(
        id="TEAL_SERVICE_DRAINING",
        severity="medium",
        title="In production, requests under way may end before their task leaves",
        why="Each release and each scaling in breaks requests that are being answered: people see errors, and nobody finds why.",
        fix="Set deregistration_delay to the seconds that the longest request takes, like 30.",
        link="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html",
        setting="service.<name>.deregistration_delay",
    ),
    types=("aws_lb_target_group",),
    judge=_judge,
    applies=_of_production,
)
