"""CodeDeploy: blue/green releases to ECS, one step each time somebody asks."""

from __future__ import annotations

from tealform_harness.aws_emulator.codedeploy.backend import DeploymentBackend
from tealform_harness.aws_emulator.codedeploy.responses import DeploymentResponse

__all__ = ["DeploymentBackend", "DeploymentResponse"]
