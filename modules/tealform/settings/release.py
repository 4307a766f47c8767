"""How a new version takes over from the old one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tealform.settings.alarms import Alarms
from tealform.settings.hooks import Hooks
from tealform.settings.smoke_test import SmokeTest
from tealform.settings.stage_conditions import BeforeEntry, OnSuccess
from tealform.settings.types import Block, between

# https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
_TWO_DAYS = 2880
_LONGEST_WAIT = "CodeDeploy waits two days at most"


class Release(Block):
    """Blue/green: green starts beside blue, takes the traffic over, then blue is removed."""

    engine: Literal["codedeploy", "ecs"] = Field(
        default="codedeploy",
        description="What moves the traffic: AWS CodeDeploy, or the blue/green that is built into Amazon ECS.",
    )
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
    interval_minutes: Annotated[int, between(1, _TWO_DAYS, "minutes", _LONGEST_WAIT)] = Field(
        default=5, description="Minutes between the steps; engine `ecs` takes 1440 at most."
    )
    hold_minutes: Annotated[int, between(0, _TWO_DAYS, "minutes", _LONGEST_WAIT)] = Field(
        default=0,
        description=(
            "Minutes that green waits, on the test listener, for somebody to send production traffic to it in CodeDeploy; "
            "after them the release is stopped. 0: traffic moves as soon as green is well. Engine `codedeploy` alone."
        ),
    )
    keep_blue_minutes: Annotated[int, between(0, _TWO_DAYS, "minutes", _LONGEST_WAIT)] = Field(
        default=60,
        description=(
            "Minutes that blue is kept after the cutover, ready for a quick rollback; engine `ecs` takes 1440 at most."
        ),
    )
    approval: bool = Field(
        default=False, description="Whether somebody must approve in CodePipeline before each deployment."
    )
    approval_timeout_minutes: Annotated[int, between(5, 86400, "minutes")] = Field(
        default=1440, description="Minutes after which an approval that nobody gave counts as refused."
    )
    execution_mode: Literal["superseded", "queued", "parallel"] = Field(
        default="superseded",
        description=(
            "What becomes of a release that another one follows. `superseded`: a newer one takes the place of one that still "
            "waits before a stage, so that people release what is newest; none is cut short. `queued`: each waits for its turn. "
            "`parallel`: they do not wait for each other; engine `ecs` alone."
        ),
    )
    before_entry: BeforeEntry | None = Field(
        default=None, description="What must hold before the deployment begins; nothing when left out."
    )
    on_success: OnSuccess | None = Field(
        default=None, description="What is watched once the deployment has succeeded; nothing when left out."
    )
    on_failure: Literal["stop", "retry", "rollback"] = Field(
        default="stop",
        description=(
            "What CodePipeline does when the deployment fails. CodeDeploy or ECS has moved the traffic back to blue by then, so "
            "that `stop` is enough. `retry`: it is tried once more. `rollback`: the release before it is deployed once more, so "
            "that pipeline and service agree; there must be one since the last change of the pipeline itself."
        ),
    )
    alarms: Alarms = Field(default=Alarms(), description="What rolls a release back.")
    hooks: Hooks = Field(default=Hooks(), description="Lambda functions that look at a release on its way.")
    smoke_test: SmokeTest | None = Field(
        default=None, description="A request to green before it takes traffic; none when left out."
    )
