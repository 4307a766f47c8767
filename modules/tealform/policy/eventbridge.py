"""EventBridge rules, their patterns and targets."""

from __future__ import annotations

import json
from typing import Any

from tealform.policy.environment import Environment, is_true
from tealform.policy.iam.arn_resolver import References
from tealform.synth.terraform_json import Resource

RULE, TARGET = "aws_cloudwatch_event_rule", "aws_cloudwatch_event_target"


def rule_of(target: Resource, environment: Environment) -> Resource | None:
    """Return the rule of a target, by reference or by name; None if it is not in this environment."""
    named = target.body.get("rule")
    known = environment.resources(RULE)
    found = environment.referred(named) or tuple(each for each in known if each.body.get("name") == named)
    return next(iter(found), None)


def targets(rule: Resource, environment: Environment) -> list[Resource]:
    """Return the targets of a rule."""
    return [each for each in environment.resources(TARGET) if rule_of(each, environment) == rule]


def is_enabled(rule: Resource) -> bool:
    """Return whether a rule is enabled; an older argument, is_enabled, counts too."""
    state = rule.body.get("state", "ENABLED")
    return str(state).startswith("ENABLED") and is_true(rule.body.get("is_enabled", True))


def pattern(rule: Resource, environment: Environment) -> dict[str, Any] | None:
    """Return the event pattern of a rule, with references resolved; None if it is no JSON object."""
    text = References(dict(environment.document)).resolved(str(rule.body.get("event_pattern", "")))
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) and found else None


def flat(pattern: dict[str, Any], above: str = "") -> dict[str, list[Any]]:
    """Return a pattern's values by their path, like ``detail.referenceName``."""
    found: dict[str, list[Any]] = {}
    for key, value in pattern.items():
        found |= flat(value, f"{above}{key}.") if isinstance(value, dict) else {f"{above}{key}": value}
    return found
