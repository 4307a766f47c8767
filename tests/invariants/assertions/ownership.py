"""Terraform leaves alone exactly what a release, autoscaling or the clock changes."""

from __future__ import annotations

from collections.abc import Iterator

from tests.invariants.assertions.document import Body, addresses, bodies, value_of
from tests.invariants.assertions.routes import carries

_OF_SERVICE = {
    "CODE_DEPLOY": {
        *("task_definition", "load_balancer", "network_configuration", "platform_version"),
        *("capacity_provider_strategy", "desired_count"),
    },
    "ECS": {"task_definition", "desired_count"},
}


def nothing_else_is_ignored(document: Body) -> Iterator[str]:
    """``ignore_changes`` is the set that the resource's owner changes, and no more."""
    for address, body in addresses(document):
        ignored = body.get("lifecycle", {}).get("ignore_changes", [])
        expected = _expected(document, address.split(".")[0], body)
        if set(ignored) != expected or len(ignored) != len(expected):
            yield f"{address} ignores {sorted(ignored)}, not {sorted(expected)}"


def _expected(document: Body, kind: str, body: Body) -> set[str]:
    match kind:
        case "aws_ecs_service":
            return _OF_SERVICE.get(body["deployment_controller"]["type"], set())
        case "aws_lb_listener_rule":
            return {"action"}
        case "aws_lb_listener" if carries(body["default_action"]):
            return {"default_action"}
        case "aws_appautoscaling_target":
            scheduled = bodies(document, "aws_appautoscaling_scheduled_action").values()
            # They name the target by a reference to it, or by the same text.
            same = any(_same_target(document, each, body) for each in scheduled)
            return {"min_capacity", "max_capacity"} if same else set()
    return set()


def _same_target(document: Body, scheduled: Body, scaled: Body) -> bool:
    return bool(value_of(document, scheduled["resource_id"]) == scaled["resource_id"])


ALL = (nothing_else_is_ignored,)
