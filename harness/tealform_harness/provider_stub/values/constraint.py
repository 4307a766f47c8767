"""A constraint on one value."""

from __future__ import annotations

import functools
import re
from typing import Any, Literal, NotRequired, TypedDict

Source = Literal["botocore", "CloudFormation", "documentation"]


class Constraint(TypedDict):
    """What a source says about one value. Lengths are in characters; a pattern may match a part."""

    source: Source
    min_length: NotRequired[int]
    max_length: NotRequired[int]
    minimum: NotRequired[float]
    maximum: NotRequired[float]
    pattern: NotRequired[str]
    choices: NotRequired[list[str]]


def violation(constraint: Constraint, value: Any) -> str:
    """What is wrong with ``value``, a string or a number; empty if nothing is."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, str):
        return _of_text(constraint, value)
    return _of_number(constraint, value) if isinstance(value, int | float) else ""


def _of_text(constraint: Constraint, value: str) -> str:
    if len(value) > constraint.get("max_length", len(value)):
        return f"{_short(value)} has {len(value)} characters; at most {constraint['max_length']} are allowed"
    if len(value) < constraint.get("min_length", 0):
        return f"{_short(value)} has {len(value)} characters; at least {constraint['min_length']} are needed"
    if value not in (choices := constraint.get("choices", [value])):
        return f"{_short(value)} is none of {', '.join(choices)}"
    if (pattern := _compiled(constraint.get("pattern", ""))) and not pattern.search(value):
        return f"{_short(value)} does not match {constraint['pattern']}"
    # Terraform knows many numbers as text.
    return _of_number(constraint, float(value)) if value.isdigit() else ""


def _of_number(constraint: Constraint, value: float) -> str:
    if value > constraint.get("maximum", value):
        return f"{value:g} is more than {constraint['maximum']:g}"
    if value < constraint.get("minimum", value):
        return f"{value:g} is less than {constraint['minimum']:g}"
    return ""


def is_readable(pattern: str) -> bool:
    r"""Whether Python understands a pattern; it has no classes like ``\p{L}``."""
    return _compiled(pattern) is not None


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _short(value: str) -> str:
    return f'"{value}"' if len(value) <= 80 else f'"{value[:77]}…"'
