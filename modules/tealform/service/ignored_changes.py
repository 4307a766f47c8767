"""The arguments that Terraform ignores because the deployment controller or autoscaling changes them.

A change of the others takes effect with an apply; a change of these travels with the next release instead.
This module imports no AWS bindings, so that policy rules and tests load it quickly.
"""

from __future__ import annotations

CONTROLLER_TYPES = {"codedeploy": "CODE_DEPLOY", "ecs": "ECS"}
"""By engine: the ``type`` of the deployment controller."""

OWNED_BY_CONTROLLER = {
    # UpdateService refuses all others: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
    "codedeploy": (
        "task_definition",
        "load_balancer",
        "network_configuration",
        "platform_version",
        "capacity_provider_strategy",
    ),
    # Each release registers a task definition; Terraform keeps all other arguments.
    "ecs": ("task_definition",),
}
"""The arguments of ``aws_ecs_service`` that a release changes, by engine."""

OWNED_BY_AUTOSCALING = ("desired_count",)
"""The argument of ``aws_ecs_service`` that application autoscaling changes."""

OWNED_BY_SCHEDULES = ("min_capacity", "max_capacity")
"""The arguments of ``aws_appautoscaling_target`` that scheduled actions change."""

OWNED_OF_RULE = ("action",)
"""The argument of a service's listener rules that both engines change."""

OWNED_OF_LISTENER = ("default_action",)
"""The argument of a service's listeners that both engines change, on a load balancer without rules."""
