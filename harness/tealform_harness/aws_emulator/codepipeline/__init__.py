"""CodePipeline: executions that go on by one step each time somebody asks."""

from __future__ import annotations

from tealform_harness.aws_emulator.codepipeline.backend import PipelineBackend
from tealform_harness.aws_emulator.codepipeline.responses import PipelineResponse

__all__ = ["PipelineBackend", "PipelineResponse"]
