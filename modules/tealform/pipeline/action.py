"""One action of a pipeline, and what comes with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tealform.aws import CodepipelineStageAction, ITerraformDependable
from tealform.common.iam import Statement

SOURCE = "source"
"""The artifact that the source action gives."""

BUILD = "build"
"""The artifact that a release is made of: what the build exports, or what was prepared of an earlier release."""

IMAGE = "image"
"""The artifact of a build that leaves the templates open, for a later step to fill in."""

IMAGE_DIGEST = "#{BuildVariables.IMAGE_DIGEST}"
"""The digest of the image to be released, in the words of a pipeline; the build exports it.

https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-variables.html
"""


VARIABLES = {BUILD: "BuildVariables", IMAGE: "ImageVariables"}
"""Where the variables of the action that gives an artifact are found."""


@dataclass(frozen=True)
class Step:
    """An action with the stage that it is in, what the pipeline must be allowed for it, and what must be there before it runs."""

    stage: str
    action: CodepipelineStageAction
    statements: Sequence[Statement] = ()
    needed: Sequence[ITerraformDependable] = ()


def action(
    name: str,
    category: str,
    provider: str,
    configuration: Mapping[str, str],
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    timeout_minutes: int | None = None,
    namespace: str | None = None,
    role_arn: str | None = None,
) -> CodepipelineStageAction:
    """An action of AWS's own. A time-out can be given to manual approvals only.

    ``namespace`` is where later actions find its variables; ``role_arn`` is the role of another account that it is done with.
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
        namespace=namespace,
        role_arn=role_arn,
    )
