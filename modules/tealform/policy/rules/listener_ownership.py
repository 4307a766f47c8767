"""Terraform leaves alone where a release has turned the traffic."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.environment import Environment, ignored
from tealform.policy.rule import Rule
from tealform.service.ignored_changes import OWNED_OF_LISTENER, OWNED_OF_RULE
from tealform.synth.terraform_json import Resource

_OWNED = {"aws_lb_listener": OWNED_OF_LISTENER, "aws_lb_listener_rule": OWNED_OF_RULE}


def _judge(route: Resource, environment: Environment) -> Iterator[str]:
    owned, found = set(_OWNED[route.type] if _turned(route, environment) else ()), set(ignored(route.body))
    if missing := sorted(owned - found):
        yield f"lifecycle.ignore_changes lacks {', '.join(missing)}"
    if more := sorted(found - owned):
        yield f"lifecycle.ignore_changes has {', '.join(more)}, which nobody else changes"


def _turned(route: Resource, environment: Environment) -> bool:
    moved = {group.address for each in deployments.list_deployments(environment) for group in each.target_groups}
    return not moved.isdisjoint(group.address for group in deployments.forwards_to(route, environment))


CHECK = Check(
    Rule(
        id="TEAL_LISTENER_OWNERSHIP",
        severity="critical",
        title="Terraform ignores where listeners and rules of a release lead, and nothing else of listeners",
        why="Every release turns them. The next apply turns them back: to the old version while it still runs, to "
        "nothing once it is gone.",
        fix="Make lifecycle.ignore_changes [action] for a rule, [default_action] for a listener, and nothing more.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-bluegreen.html",
    ),
    types=("aws_lb_listener_rule", "aws_lb_listener"),
    judge=_judge,
)
