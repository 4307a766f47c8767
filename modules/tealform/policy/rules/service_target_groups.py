"""Blue and green are two target groups that differ in nothing but their names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_LONGEST_NAME = 32
_ALIKE = ("port", "protocol", "protocol_version", "vpc_id", "deregistration_delay", "slow_start", "stickiness")


def _judge(resource: Resource, environment: Environment) -> Iterator[str]:
    groups = deployments.parse_deployment(resource, environment).target_groups
    if len(groups) != 2:
        yield f"it has {len(groups)} target groups of this environment; blue/green needs two"
    for group in groups:
        yield from _unfit(group)
    if len(groups) == 2:
        yield from _unlike(*groups)


def _unfit(group: Resource) -> Iterator[str]:
    if (kind := group.body.get("target_type", "instance")) != "ip":
        yield f"{group.address} has target_type {kind}, and tasks on Fargate register by ip"
    if len(name := str(group.body.get("name", ""))) > _LONGEST_NAME:
        yield f"the name of {group.address} has {len(name)} characters, and {_LONGEST_NAME} is the most"


def _unlike(blue: Resource, green: Resource) -> Iterator[str]:
    if blue.body.get("name") is not None and blue.body.get("name") == green.body.get("name"):
        yield f"{blue.address} and {green.address} have the same name"
    for key in _ALIKE:
        if blue.body.get(key) != green.body.get(key):
            yield f"{blue.address} and {green.address} differ in {key}"
    checks = _first(blue, "health_check"), _first(green, "health_check")
    for key in sorted({*checks[0], *checks[1]}):
        if checks[0].get(key) != checks[1].get(key):
            yield f"{blue.address} and {green.address} differ in health_check.{key}"


def _first(group: Resource, block: str) -> dict[str, Any]:
    return next(blocks(group.body.get(block)), {})


CHECK = Check(
    Rule(
        id="TEAL_SERVICE_TARGET_GROUPS",
        severity="high",
        title="Blue and green are two target groups of type ip that are alike",
        why="A release cannot be made, or every other one is judged by another health check and drained in another "
        "time.",
        fix="Give the release two target groups of type ip that differ in their names alone, of at most 32 characters.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-bluegreen.html",
        setting="service.<name>.health_check",
    ),
    types=deployments.TYPES,
    judge=_judge,
    applies=deployments.moves_traffic,
)
