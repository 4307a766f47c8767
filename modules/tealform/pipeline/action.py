"""What a pipeline is assembled from: its source, and steps of one action each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tealform.aws import CodepipelineStageAction, CodepipelineTrigger, ITerraformDependable
from tealform.common.iam import Statement
from tealform.notifications.topic import Topic
from tealform.settings.release import Release

SOURCE = "source"
"""The artifact that the source action produces."""

BUILD = "build"
"""The artifact that is released: what the build exports, or what was prepared from an earlier release."""

IMAGE = "image"
"""The artifact of a build that leaves the templates open, for a later step to fill in."""

IMAGE_DIGEST = "#{BuildVariables.IMAGE_DIGEST}"
"""The digest of the image to be released, as a pipeline variable; the build exports it.

https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-variables.html
"""


VARIABLES = {BUILD: "BuildVariables", IMAGE: "ImageVariables"}
"""The variable namespace of the action that produces an artifact."""


@dataclass(frozen=True)
class Step:
    """An action in a stage of its own."""

    stage: str
    """The stage's name."""

    action: CodepipelineStageAction
    """The stage's only action."""

    statements: Sequence[Statement] = ()
    """What the pipeline's role must be allowed for the action."""

    needed: Sequence[ITerraformDependable] = ()
    """The resources that must exist before the action runs."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """The first step of a pipeline, and what starts it. One change starts one execution."""

    about: str
    """What is watched, for people: "main of shop-web"."""

    link: str
    """The address that shows what is about to be released; the pipeline fills its variables in."""

    step: Step
    """The pipeline's first step. It takes the newest version."""

    event_pattern: Mapping[str, Any] | None = None
    """The EventBridge pattern of a change; ``None`` if CodePipeline detects changes itself."""

    triggers: Sequence[CodepipelineTrigger] = ()
    """The triggers of the pipeline. CodePipeline accepts them for connections only."""

    outputs: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Where to put something to release: values and their use, by name; none for a source that exists already."""


def create_action(
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
    """Return an action of AWS's own. CodePipeline accepts a time-out for manual approvals only.

    Later actions find its variables in ``namespace``; ``role_arn`` is the role of another account that runs it.
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


def create_approval(release: Release, service: str, link: str, topic: Topic | None) -> Step:
    """Return the step that waits for a manual approval of a release to the full name ``service``.

    The approver sees the image and ``link``; ``topic`` gets a message, if there is one.
    https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-action-add.html
    https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-service-role-permissions.html
    """
    configuration = {"CustomData": f"Release {IMAGE_DIGEST} to {service}", "ExternalEntityLink": link}
    if topic:
        configuration["NotificationArn"] = topic.arn
    approve = create_action(
        "Approve", "Approval", "Manual", configuration, timeout_minutes=release.approval_timeout_minutes
    )
    return Step("Approval", approve, topic.publishing if topic else (), topic.ready if topic else ())
