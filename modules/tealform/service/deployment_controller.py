"""What a service says of whoever deploys it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tealform.aws import (
    EcsServiceAlarms,
    EcsServiceDeploymentCircuitBreaker,
    EcsServiceDeploymentConfiguration,
    EcsServiceLoadBalancerAdvancedConfiguration,
    EcsServiceTimeouts,
    ITerraformDependable,
)


@dataclass(frozen=True)
class Controller:
    """The arguments of ``aws_ecs_service`` that the engine decides; ``type`` is CODE_DEPLOY or ECS.

    The service is created after ``depends_on`` and destroyed before: roles that the controller needs to the end.
    """

    type: str
    advanced_configuration: EcsServiceLoadBalancerAdvancedConfiguration | None = None
    deployment_configuration: EcsServiceDeploymentConfiguration | None = None
    circuit_breaker: EcsServiceDeploymentCircuitBreaker | None = None
    alarms: EcsServiceAlarms | None = None
    timeouts: EcsServiceTimeouts | None = None
    force_new_deployment: bool | None = None
    depends_on: Sequence[ITerraformDependable] = ()


CODEDEPLOY = Controller(type="CODE_DEPLOY")
"""AWS CodeDeploy keeps all that it needs in its deployment group."""
