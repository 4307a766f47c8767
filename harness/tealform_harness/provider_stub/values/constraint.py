"""Constraints on single values, and those that only AWS's pages document."""

from __future__ import annotations

import functools
import re
from typing import Any, Literal, NotRequired, TypedDict

Source = Literal["botocore", "CloudFormation", "documentation"]


class Constraint(TypedDict):
    """What a source says about one value. Lengths are in characters; a pattern may match a part of the value."""

    source: Source
    min_length: NotRequired[int]
    max_length: NotRequired[int]
    minimum: NotRequired[float]
    maximum: NotRequired[float]
    pattern: NotRequired[str]
    choices: NotRequired[list[str]]


# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
# and API_CreateLoadBalancer.html
_BALANCING_NAME: Constraint = {
    "source": "documentation",
    "max_length": 32,
    "pattern": r"^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\Z",
}
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html, API_CreateCluster.html and
# API_RegisterTaskDefinition.html
_CONTAINER_NAME: Constraint = {"source": "documentation", "max_length": 255, "pattern": r"^[A-Za-z0-9_-]+\Z"}
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
_GROUP_TEXT: Constraint = {
    "source": "documentation",
    "max_length": 255,
    "pattern": r"^(?!sg-)[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]+\Z",
}

# Neither botocore nor CloudFormation's schemas hold these.
DOCUMENTED_LIMITS: dict[str, Constraint] = {
    "aws_ecs_cluster.name": _CONTAINER_NAME,
    "aws_ecs_service.name": _CONTAINER_NAME,
    "aws_ecs_task_definition.family": _CONTAINER_NAME,
    "aws_lb.name": _BALANCING_NAME,
    "aws_lb_target_group.name": _BALANCING_NAME,
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    "aws_s3_bucket.bucket": {
        "source": "documentation",
        "min_length": 3,
        "max_length": 63,
        "pattern": r"^[a-z0-9][a-z0-9.-]*[a-z0-9]\Z",
    },
    "aws_security_group.description": _GROUP_TEXT,
    "aws_security_group.name": _GROUP_TEXT,
}


def find_violation(constraint: Constraint, value: Any) -> str:
    """Say what is wrong with ``value``, a string or a number; empty if nothing is."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, str):
        return _check_text(constraint, value)
    return _check_number(constraint, value) if isinstance(value, int | float) else ""


def _check_text(constraint: Constraint, value: str) -> str:
    if len(value) > constraint.get("max_length", len(value)):
        return f"{_short(value)} has {len(value)} characters; at most {constraint['max_length']} are allowed"
    if len(value) < constraint.get("min_length", 0):
        return f"{_short(value)} has {len(value)} characters; at least {constraint['min_length']} are needed"
    if value not in (choices := constraint.get("choices", [value])):
        return f"{_short(value)} is none of {', '.join(choices)}"
    if (pattern := _compiled(constraint.get("pattern", ""))) and not pattern.search(value):
        return f"{_short(value)} does not match {constraint['pattern']}"
    # Terraform knows many numbers as text.
    return _check_number(constraint, float(value)) if value.isdigit() else ""


def _check_number(constraint: Constraint, value: float) -> str:
    if value > constraint.get("maximum", value):
        return f"{value:g} is more than {constraint['maximum']:g}"
    if value < constraint.get("minimum", value):
        return f"{value:g} is less than {constraint['minimum']:g}"
    return ""


def is_readable(pattern: str) -> bool:
    r"""Return whether Python understands a pattern; it has no classes like ``\p{L}``."""
    return _compiled(pattern) is not None


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _short(value: str) -> str:
    return f'"{value}"' if len(value) <= 80 else f'"{value[:77]}…"'
