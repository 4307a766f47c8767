"""ECS: services that CodeDeploy or ECS itself deploys, task sets, service deployments, and what Fargate refuses."""

from __future__ import annotations

from harness.emulated_aws.ecs.backend import ContainerServiceBackend
from harness.emulated_aws.ecs.response import ContainerServiceResponse

__all__ = ["ContainerServiceBackend", "ContainerServiceResponse"]
