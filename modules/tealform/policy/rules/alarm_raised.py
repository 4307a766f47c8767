"""An alarm that rolls a release back is raised by what is bad, and can be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_WORSE_WHEN_MORE = {
    "HTTPCode_ELB_5XX_Count",
    "HTTPCode_Target_5XX_Count",
    "TargetConnectionErrorCount",
    "TargetResponseTime",
    "UnHealthyHostCount",
}
_OF_A_HUNDRED = re.compile(r"\b100 *\*|\* *100\b")
"""An expression with it is a share in percent."""

_ALL = 100


def _judge(alarm: Resource, _environment: Environment) -> Iterator[str]:
    operator = str(alarm.body.get("comparison_operator"))
    bad = sorted(_metrics(alarm) & _WORSE_WHEN_MORE)
    if bad and operator.startswith("LessThan"):
        yield f"{operator} raises it while there is little of {', '.join(bad)}"
    threshold = _number(alarm.body.get("threshold"))
    if threshold is not None and _in_percent(alarm) and _out_of_reach(threshold, operator):
        yield f"{operator} {threshold:g} is out of reach for a share in percent"


def _out_of_reach(threshold: float, operator: str) -> bool:
    return threshold > _ALL or (threshold == _ALL and operator == "GreaterThanThreshold")


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _metrics(alarm: Resource) -> set[str]:
    told = [alarm.body, *(metric for query in _queries(alarm) for metric in blocks(query.get("metric")))]
    return {str(each["metric_name"]) for each in told if each.get("metric_name")}


def _in_percent(alarm: Resource) -> bool:
    return any(_OF_A_HUNDRED.search(str(query.get("expression", ""))) for query in _queries(alarm))


def _queries(alarm: Resource) -> list[dict[str, Any]]:
    return list(blocks(alarm.body.get("metric_query")))


def _rolls_back(alarm: Resource, environment: Environment) -> bool:
    return any(alarm in environment.referred(release.names) for release in deployments.list_deployments(environment))


CHECK = Check(
    Rule(
        id="TEAL_ALARM_RAISED",
        severity="high",
        title="An alarm of a release is raised by too much of what is bad, and can be raised",
        why="It stops good releases and lets bad ones pass, or is never raised whatever happens.",
        fix="Use a GreaterThan… comparison_operator, and for a share in percent a threshold that it can reach.",
        link="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
        setting="service.<name>.release.alarms",
    ),
    types=("aws_cloudwatch_metric_alarm",),
    judge=_judge,
    applies=_rolls_back,
)
