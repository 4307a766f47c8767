"""The requests about pipelines."""

from __future__ import annotations

from typing import cast

from moto.codepipeline.responses import CodePipelineResponse
from moto.core.responses import ActionResult

from harness.emulated_aws.codepipeline.backend import PipelineBackend


class PipelineResponse(CodePipelineResponse):
    """Answers in the types of the API; moto's own answers hold times as text, which Go cannot read."""

    def __init__(self) -> None:
        super().__init__()
        self.automated_parameter_parsing = True

    @property
    def codepipeline_backend(self) -> PipelineBackend:
        """The backend of this account and region."""
        return cast(PipelineBackend, super().codepipeline_backend)

    def get_pipeline(self) -> ActionResult:  # type: ignore[override]
        """GetPipeline."""
        pipeline, metadata = self.codepipeline_backend.get_pipeline(self._get_param("name"))
        return ActionResult({"pipeline": pipeline, "metadata": metadata})

    def list_pipelines(self) -> ActionResult:  # type: ignore[override]
        """ListPipelines."""
        return ActionResult({"pipelines": self.codepipeline_backend.list_pipelines()})

    def list_webhooks(self) -> ActionResult:
        """ListWebhooks; there are none, since version 2 pipelines need none."""
        return ActionResult({"webhooks": []})
