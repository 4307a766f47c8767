"""What must hold before a deployment begins, and what is watched once it has succeeded: conditions of a stage."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tealform.settings.alarms import AlarmName
from tealform.settings.deployment_window import Window
from tealform.settings.types import Block, Distinct, between

# The longest wait that AWS speaks of: https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html
_MINUTES = 60


class BeforeEntry(Block):
    """What must hold before the deployment begins; otherwise the release fails, and nothing has been touched."""

    window: Window | None = Field(default=None, description="When a deployment may begin; at any time when left out.")
    alarms: Distinct[AlarmName] = Field(
        default=(),
        description=(
            "Metric alarms that must not be raised, by name, in the pipeline's account. They are looked at when a release "
            "arrives, and not again when its window opens."
        ),
    )
    wait_minutes: Annotated[int, between(0, _MINUTES, "minutes")] = Field(
        default=0, description="Minutes that an alarm which is raised may take to end."
    )


class OnSuccess(Block):
    """What is watched once the deployment has succeeded. An alarm then deploys the release before this one again.

    A deployment has succeeded when blue is gone; until then the alarms of the release itself roll back, which is quicker.
    """

    alarms: Distinct[AlarmName] = Field(
        description="Metric alarms that are watched, by name, in the pipeline's account.",
        examples=[("orders-too-few",)],
        min_length=1,
    )
    minutes: Annotated[int, between(1, _MINUTES, "minutes")] = Field(
        default=15, description="Minutes that they are watched."
    )
