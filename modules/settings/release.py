"""How a new version takes over from the old one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from modules.settings.fields import Block, between


class Release(Block):
    """Blue/green: green starts beside blue, takes the traffic over, then blue is removed."""

    engine: Literal["codedeploy"] = Field(default="codedeploy", description="What moves the traffic: AWS CodeDeploy.")
    strategy: Literal["all_at_once", "canary", "linear"] = Field(
        default="canary",
        description=(
            "`all_at_once`: all traffic moves in one step. `canary`: `percent` of it first, the rest after `interval_minutes`. "
            "`linear`: `percent` more every `interval_minutes`."
        ),
    )
    percent: Annotated[int, between(1, 99, "percent")] = Field(
        default=10, description="The share of traffic in one step."
    )
    interval_minutes: Annotated[int, between(1, 2880, "minutes")] = Field(
        default=5, description="Minutes between the steps."
    )
    keep_blue_minutes: Annotated[int, between(0, 2880, "minutes")] = Field(
        default=60, description="Minutes that blue is kept after the cutover, ready for a quick rollback."
    )
    approval: bool = Field(
        default=False, description="Whether somebody must approve in CodePipeline before each deployment."
    )
