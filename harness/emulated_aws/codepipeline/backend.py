"""The pipelines."""

from __future__ import annotations

from typing import Any

from moto.codepipeline.models import CodePipelineBackend

from harness.emulated_aws.codepipeline import structure
from harness.emulated_aws.extension import ExtendedBackend

Json = dict[str, Any]
Tags = list[dict[str, str]]

_DEFAULTS = {"pipelineType": "V1", "executionMode": "SUPERSEDED"}


class PipelineBackend(ExtendedBackend, CodePipelineBackend):
    """Adds what a pipeline must be like."""

    def create_pipeline(self, pipeline: Json, tags: Tags) -> tuple[Json, Tags]:
        """Refuses a structure that AWS refuses."""
        structure.check(pipeline)
        return super().create_pipeline({**_DEFAULTS, **pipeline}, tags)

    def update_pipeline(self, pipeline: Json) -> Json:
        """Refuses a structure that AWS refuses."""
        structure.check(pipeline)
        return super().update_pipeline({**_DEFAULTS, **pipeline})
