"""Who may change what once a service exists.

Terraform ignores exactly what the deployment controller and autoscaling change. What it no longer changes
itself travels with the next release instead.
"""

from __future__ import annotations

OWNED_BY_CONTROLLER = {
    # UpdateService refuses all others: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
    "codedeploy": (
        "task_definition",
        "load_balancer",
        "network_configuration",
        "platform_version",
        "capacity_provider_strategy",
    ),
    # Each release registers a task definition; all else stays as Terraform says.
    "ecs": ("task_definition",),
}
"""By engine: the arguments of ``aws_ecs_service`` that a release changes."""

OWNED_BY_AUTOSCALING = ("desired_count",)
"""What application autoscaling changes all the time."""

OWNED_BY_SCHEDULES = ("min_capacity", "max_capacity")
"""What scheduled actions change of ``aws_appautoscaling_target``."""

OWNED_OF_RULE = ("action",)
"""What both engines change of the listener rules that carry a service."""

OWNED_OF_LISTENER = ("default_action",)
"""What both engines change of the listeners that carry a service, on a load balancer without rules."""
