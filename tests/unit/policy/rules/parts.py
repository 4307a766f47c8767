"""What tests of the rules change in a document: resources by their address, containers, and the engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.unit.policy.rules.shipped import Json

SERVICE = "aws_ecs_service.service-web_service"
GROUP = "aws_codedeploy_deployment_group.delivery-web_deployment_group"
TASK = "aws_ecs_task_definition.service-web_task-definition"
BLUE = "aws_lb_target_group.service-web_target-groups_blue"
GREEN = "aws_lb_target_group.service-web_target-groups_green"
PRODUCTION_RULE = "aws_lb_listener_rule.service-web_rules_production"
TEST_RULE = "aws_lb_listener_rule.service-web_rules_test"
PRODUCTION = "aws_lb_listener.load-balancer_production-listener"
TEST = "aws_lb_listener.load-balancer_test-listener"


def body(document: Json, address: str) -> Json:
    """The body of a resource."""
    kind, _, name = address.partition(".")
    found: Json = document["resource"][kind][name]
    return found


def put(address: str, path: str, value: Any) -> Callable[[Json], None]:
    """A change: sets what stands at a dotted path of a resource."""

    def change(document: Json) -> None:
        *way, last = path.split(".")
        place: Any = body(document, address)
        for key in way:
            place = place[int(key)] if isinstance(place, list) else place[key]
        place[int(last) if isinstance(place, list) else last] = value

    return change


def drop(address: str, path: str) -> Callable[[Json], None]:
    """A change: removes what stands at a dotted path of a resource."""

    def change(document: Json) -> None:
        *way, last = path.split(".")
        place: Any = body(document, address)
        for key in way:
            place = place[int(key)] if isinstance(place, list) else place[key]
        del place[last]

    return change


def remove(address: str) -> Callable[[Json], None]:
    """A change: removes a resource."""

    def change(document: Json) -> None:
        kind, _, name = address.partition(".")
        del document["resource"][kind][name]

    return change


def contain(**values: Any) -> Callable[[Json], None]:
    """A change: sets keys of the container of the service web."""

    def change(document: Json) -> None:
        task = body(document, TASK)
        containers = json.loads(task["container_definitions"])
        containers[0] |= values
        task["container_definitions"] = json.dumps(containers)

    return change


def together(*changes: Callable[[Json], object]) -> Callable[[Json], None]:
    """A change that is all of these."""

    def change(document: Json) -> None:
        for each in changes:
            each(document)

    return change


def by_ecs(document: Json) -> None:
    """A change: ECS releases the service web, and CodeDeploy no longer does."""
    alarms = body(document, GROUP)["alarm_configuration"]["alarms"]
    remove(GROUP)(document)
    service = body(document, SERVICE)
    service["deployment_controller"]["type"] = "ECS"
    service["deployment_configuration"] = {"strategy": "CANARY", "bake_time_in_minutes": "60"}
    service["deployment_circuit_breaker"] = {"enable": True, "rollback": True}
    service["alarms"] = {"enable": True, "rollback": True, "alarm_names": alarms}
    service["lifecycle"]["ignore_changes"] = ["task_definition", "desired_count"]
    both = [{"arn": f"${{{BLUE}.arn}}", "weight": 100}, {"arn": f"${{{GREEN}.arn}}", "weight": 0}]
    body(document, PRODUCTION_RULE)["action"] = [{"type": "forward", "forward": {"target_group": both}}]
    service["load_balancer"][0]["advanced_configuration"] = {
        "alternate_target_group_arn": f"${{{GREEN}.arn}}",
        "production_listener_rule": f"${{{PRODUCTION_RULE}.arn}}",
        "test_listener_rule": f"${{{TEST_RULE}.arn}}",
        "role_arn": "arn:aws:iam::123456789012:role/ecs-infrastructure",
    }
