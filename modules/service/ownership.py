"""Who may change what once a service exists."""

from __future__ import annotations

CODEDEPLOY_OWNS_OF_SERVICE = (
    "task_definition",
    "load_balancer",
    "network_configuration",
    "platform_version",
    "capacity_provider_strategy",
)
"""What UpdateService refuses under the CODE_DEPLOY controller; ``appspec.yml`` and ``taskdef.json`` carry it instead.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
"""

AUTOSCALING_OWNS_OF_SERVICE = ("desired_count",)
"""What application autoscaling changes all the time."""
