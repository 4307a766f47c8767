"""CodePipeline: executions that go on by one step each time somebody asks."""

from __future__ import annotations

from harness.emulated_aws.codepipeline.backend import PipelineBackend
from harness.emulated_aws.codepipeline.response import PipelineResponse

__all__ = ["PipelineBackend", "PipelineResponse"]
