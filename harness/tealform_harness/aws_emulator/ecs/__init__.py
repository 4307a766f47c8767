"""ECS: services that CodeDeploy or ECS itself deploys, task sets, service deployments, and what Fargate refuses."""

from __future__ import annotations

from tealform_harness.aws_emulator.ecs.backend import ContainerServiceBackend
from tealform_harness.aws_emulator.ecs.responses import ContainerServiceResponse

__all__ = ["ContainerServiceBackend", "ContainerServiceResponse"]
