"""CodeDeploy: blue/green releases to ECS, one step each time somebody asks."""

from __future__ import annotations

from harness.emulated_aws.codedeploy.backend import DeploymentBackend
from harness.emulated_aws.codedeploy.response import DeploymentResponse

__all__ = ["DeploymentBackend", "DeploymentResponse"]
