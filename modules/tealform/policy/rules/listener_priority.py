"""Every rule of a listener is asked, and what takes everything is asked last."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, items, number
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_EVERYTHING = {("path_pattern", "*"), ("path_pattern", "/*"), ("host_header", "*")}


def _judge(listener: Resource, environment: Environment) -> Iterator[str]:
    rules = [(_priority(each), each) for each in _rules(listener, environment)]
    ranked = sorted(((place, each) for place, each in rules if place is not None), key=lambda pair: pair[0])
    for (one, first), (other, second) in pairwise(ranked):
        if one == other:
            yield f"{first.address} and {second.address} have the priority {one}"
        elif _takes_everything(first):
            yield f"{first.address} takes all requests before {second.address} is asked"


def _rules(listener: Resource, environment: Environment) -> tuple[Resource, ...]:
    return environment.referring(listener, "aws_lb_listener_rule", "listener_arn")


def _priority(rule: Resource) -> int | None:
    return number(rule.body.get("priority"))


def _takes_everything(rule: Resource) -> bool:
    """Whether each of its conditions, all of which must hold, is one that always does."""
    conditions = list(blocks(rule.body.get("condition")))
    return bool(conditions) and all(
        any((kind, value) in _EVERYTHING for value in items(at(condition, kind, "values")))
        for condition in conditions
        for kind in condition
    )


def _has_rules(listener: Resource, environment: Environment) -> bool:
    return bool(_rules(listener, environment))


CHECK = Check(
    Rule(
        id="TEAL_LISTENER_PRIORITY",
        severity="high",
        title="Rules of a listener have a priority each, and one that takes all requests comes last",
        why="AWS refuses two rules of the same priority in the middle of an apply; and what comes after a rule that "
        "takes everything is never asked: one service gets the other's requests.",
        fix="Give each rule a priority of its own, and the highest to the one that takes all requests.",
        link="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html",
        setting="service.<name>.priority",
    ),
    types=("aws_lb_listener",),
    judge=_judge,
    applies=_has_rules,
)
