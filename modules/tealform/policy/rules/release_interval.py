"""In production alarms are in time for a release in steps."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.deployments import Deployment
from tealform.policy.environment import Environment, number
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_PERIOD = 60
"""A metric's period where a query says none, in seconds."""


def _judge(resource: Resource, environment: Environment) -> Iterator[str]:
    release = deployments.parse_deployment(resource, environment)
    shift = deployments.parse_traffic_shift(release, environment)
    slowest = max(_alarms(release, environment), key=_seconds, default=None)
    if shift and slowest and shift.whole_after * 60 < _seconds(slowest):
        minutes = f"{_seconds(slowest) / 60:g} min"
        yield f"all traffic is on green after {shift.whole_after} min, and {slowest.address} is raised after {minutes}"


def _seconds(alarm: Resource) -> int:
    """How long it must be bad until the alarm is raised."""
    queries = list(blocks(alarm.body.get("metric_query")))
    metrics = [metric for query in queries for metric in blocks(query.get("metric"))]
    periods = [number(each.get("period")) or 0 for each in (alarm.body, *queries, *metrics)]
    points = number(alarm.body.get("datapoints_to_alarm")) or number(alarm.body.get("evaluation_periods")) or 1
    return (max(periods) or _PERIOD) * points


def _alarms(release: Deployment, environment: Environment) -> list[Resource]:
    return [each for each in environment.referred(release.names) if each.type == "aws_cloudwatch_metric_alarm"]


def _in_steps(resource: Resource, environment: Environment) -> bool:
    if not environment.production or not deployments.moves_traffic(resource, environment):
        return False
    release = deployments.parse_deployment(resource, environment)
    return bool(_alarms(release, environment)) and deployments.parse_traffic_shift(release, environment) is not None


CHECK = Check(
    Rule(
        id="TEAL_RELEASE_INTERVAL",
        severity="medium",
        title="In production an alarm can be raised before all traffic is on green",
        why="The few users of the first step are there to spare all others; here all are on green before anybody could know.",
        fix="Wait at least as long between the steps as the alarms need.",
        link="https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-create-alarms.html",
        setting="service.<name>.release.interval_minutes",
    ),
    types=deployments.TYPES,
    judge=_judge,
    applies=_in_steps,
)
