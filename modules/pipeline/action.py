"""One action of a pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from modules.aws import CodepipelineStage, CodepipelineStageAction

SOURCE = "source"
"""The artifact that the source action gives."""

BUILD = "build"
"""The artifact that the build action gives."""


def action(
    name: str,
    category: str,
    provider: str,
    configuration: Mapping[str, str],
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    timeout_minutes: int | None = None,
) -> CodepipelineStageAction:
    """An action of AWS's own. A time-out can be given to manual approvals only.

    https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionDeclaration.html
    """
    return CodepipelineStageAction(
        name=name,
        category=category,
        owner="AWS",
        provider=provider,
        version="1",
        configuration=configuration or None,
        input_artifacts=list(inputs) or None,
        output_artifacts=list(outputs) or None,
        timeout_in_minutes=timeout_minutes,
    )


def stage(name: str, only: CodepipelineStageAction) -> CodepipelineStage:
    """A stage with one action."""
    return CodepipelineStage(name=name, action=[only])
