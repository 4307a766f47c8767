"""Alarms of both colours roll a release back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.deployments import Deployment
from tealform.policy.environment import Environment, is_true, references
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks


def _judge(resource: Resource, environment: Environment) -> Iterator[str]:
    release = deployments.parse_deployment(resource, environment)
    if not release.names:
        if environment.production or _own_alarms(release, environment):
            yield "no alarm rolls it back"
        return
    if not is_true(release.alarms.get("enabled" if release.by_codedeploy else "enable")):
        yield "its alarms are not enabled"
    if is_true(release.alarms.get("ignore_poll_alarm_failure")):
        yield "it goes on when its alarms cannot be read (ignore_poll_alarm_failure)"
    yield from _left_out(release, environment)
    for alarm in environment.referred(release.names):
        yield from _blind(alarm, release, environment)


def _own_alarms(release: Deployment, environment: Environment) -> list[Resource]:
    """The alarms of the environment on the release's target groups."""
    groups = {each.address for each in release.target_groups}
    return [
        each
        for each in environment.resources("aws_cloudwatch_metric_alarm")
        if not groups.isdisjoint(references([each.body.get("dimensions"), each.body.get("metric_query")]))
    ]


def _left_out(release: Deployment, environment: Environment) -> Iterator[str]:
    named = {each.address for each in environment.referred(release.names)}
    if unused := [each.address for each in _own_alarms(release, environment) if each.address not in named]:
        yield f"its alarms lack {', '.join(unused)}"


def _blind(alarm: Resource, release: Deployment, environment: Environment) -> Iterator[str]:
    """What keeps an alarm on one colour from being of use whichever colour is green."""
    watched = _watched(alarm, release)
    if not watched:
        return
    if alarm.body.get("treat_missing_data") == "breaching":
        yield f"{alarm.address} is raised by a colour without traffic (treat_missing_data)"
    for name, seen in _seen(alarm, release):
        if seen != watched:
            yield f"{alarm.address} looks at {name} of something else than {', '.join(sorted(watched))}"
    alike = [each for each in environment.referred(release.names) if _measures(each) == _measures(alarm)]
    covered = {address for each in alike for address in _watched(each, release)}
    for group in release.target_groups:
        if group.address not in covered:
            yield f"{alarm.address} has no like on {group.address}"


def _watched(alarm: Resource, release: Deployment) -> set[str]:
    found = set(references([alarm.body.get("dimensions"), alarm.body.get("metric_query")]))
    return {each.address for each in release.target_groups} & found


def _measures(alarm: Resource) -> set[str]:
    """The names of the metrics that an alarm looks at."""
    return {str(each["metric_name"]) for each in _metrics(alarm)}


def _seen(alarm: Resource, release: Deployment) -> Iterator[tuple[str, set[str]]]:
    """Each metric of an alarm, and the target groups of the release that it is of."""
    groups = {each.address for each in release.target_groups}
    for metric in _metrics(alarm):
        yield str(metric["metric_name"]), groups & set(references(metric.get("dimensions")))


def _metrics(alarm: Resource) -> list[dict[str, Any]]:
    queries = blocks(alarm.body.get("metric_query"))
    metrics = [metric for query in queries for metric in blocks(query.get("metric"))]
    return [each for each in (alarm.body, *metrics) if each.get("metric_name")]


CHECK = Check(
    Rule(
        id="TEAL_RELEASE_ALARMS",
        severity="high",
        title="Alarms on both colours roll a release back",
        why="Green fails for everybody, and the release is called a success; with alarms on one colour alone that is "
        "so for every other release.",
        fix="Enable alarms, each kind on both target groups, and name all of them in the release.",
        link="https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-create-alarms.html",
        setting="service.<name>.release.alarms",
    ),
    types=deployments.TYPES,
    judge=_judge,
    applies=deployments.moves_traffic,
)
