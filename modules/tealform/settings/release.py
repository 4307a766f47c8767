"""How a new version takes over from the old one, and what stops or rolls back a release."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tealform.settings.schedules import Window
from tealform.settings.types import Block, Distinct, FunctionArn, UrlPath, between, matching

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
AlarmName = Annotated[
    str, matching(r"[^\x00-\x1f\x7f]{1,255}", "the name of a CloudWatch alarm; at most 255 characters")
]
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
Percentile = Annotated[str, matching(r"p\d{1,2}(\.\d{1,10})?", "a percentile like p95 or p99.9")]


class Alarms(Block):
    """Alarms on both colours. A colour without traffic raises none; one that is raised rolls the release back."""

    unhealthy_targets: Annotated[int, between(0, 5000, "targets")] = Field(
        default=1, description="Unhealthy targets of one colour that are too many; 0 for no such alarm."
    )
    errors_percent: Annotated[int, between(0, 100, "percent")] = Field(
        default=5, description="Share of requests that targets answer with 5xx that is too much; 0 for no such alarm."
    )
    latency_milliseconds: Annotated[int, between(0, 4_000_000, "milliseconds")] = Field(
        default=3000, description="Time to an answer, at `latency_percentile`, that is too long; 0 for no such alarm."
    )
    latency_percentile: Percentile = Field(
        default="p95", description="The percentile of the time to an answer that is looked at."
    )
    from_requests: Annotated[int, between(1, 1_000_000, "requests")] = Field(
        default=20, description="Requests in a minute below which errors and times to an answer say nothing."
    )
    minutes: Annotated[int, between(1, 60, "minutes")] = Field(
        default=3, description="Minutes in a row that must be bad."
    )
    names: Distinct[AlarmName] = Field(
        default=(), description="Metric alarms of your own that roll a release back too, by name."
    )

    def kinds(self, balancer: Literal["application", "network"]) -> list[str]:
        """Return the alarms of each color: a network load balancer sees neither answers nor their time."""
        wanted = {"unhealthy": self.unhealthy_targets}
        if balancer == "application":
            wanted |= {"errors": self.errors_percent, "latency": self.latency_milliseconds}
        return [kind for kind, threshold in wanted.items() if threshold]


HOOK_STAGES = {
    "codedeploy": (
        "before_install",
        "after_install",
        "after_allow_test_traffic",
        "before_allow_traffic",
        "after_allow_traffic",
    ),
    "ecs": (
        "reconcile_service",
        "pre_scale_up",
        "post_scale_up",
        "test_traffic_shift",
        "post_test_traffic_shift",
        "production_traffic_shift",
        "post_production_traffic_shift",
    ),
}
"""The stages at which an engine can call a function:

https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentLifecycleHook.html
"""

SMOKE_TEST_STAGE = {"codedeploy": "after_allow_test_traffic", "ecs": "post_test_traffic_shift"}
"""The stages where green answers on the test listener, but not yet in production."""


def _hook(description: str) -> FunctionArn | None:
    field: FunctionArn | None = Field(default=None, description=description)
    return field


class Hooks(Block):
    """Each is the ARN of a Lambda function; a release goes on when it says so, and is rolled back when it does not."""

    before_install: FunctionArn | None = _hook("CodeDeploy: before green is started.")
    after_install: FunctionArn | None = _hook("CodeDeploy: green runs, without any traffic.")
    after_allow_test_traffic: FunctionArn | None = _hook("CodeDeploy: the test listener leads to green.")
    before_allow_traffic: FunctionArn | None = _hook("CodeDeploy: before production traffic moves.")
    after_allow_traffic: FunctionArn | None = _hook("CodeDeploy: green has all production traffic.")
    reconcile_service: FunctionArn | None = _hook(
        "ECS: only when a release begins while more than one revision is active."
    )
    pre_scale_up: FunctionArn | None = _hook("ECS: before green is started.")
    post_scale_up: FunctionArn | None = _hook("ECS: green runs, without any traffic.")
    test_traffic_shift: FunctionArn | None = _hook("ECS: while the test listener is led to green.")
    post_test_traffic_shift: FunctionArn | None = _hook("ECS: the test listener leads to green.")
    production_traffic_shift: FunctionArn | None = _hook("ECS: while production traffic moves, at each step.")
    post_production_traffic_shift: FunctionArn | None = _hook("ECS: green has all production traffic.")

    def given(self) -> dict[str, str]:
        """Return the hooks that are set, by key."""
        return {key: arn for key, arn in self if arn is not None}


HostName = Annotated[
    str, matching(r"(?=.{1,128}\Z)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]+", "a host name like www.example.com")
]


class SmokeTest(Block):
    """A small Lambda function that asks green on the test listener; another answer than expected rolls back."""

    path: UrlPath = Field(default="/", description="The path that it asks for, by GET.")
    expect: Annotated[int, between(100, 599)] = Field(default=200, description="The status code that is right.")
    host: HostName | None = Field(
        default=None,
        description="The host that it asks for; the first of `hosts` when left out, or the load balancer's own name.",
    )
    timeout_seconds: Annotated[int, between(5, 840, "seconds")] = Field(
        default=60, description="Seconds in which the right answer must come; it is asked again until then."
    )


# The longest wait in the documentation: https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html
_LONGEST_CONDITION = 60


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
    wait_minutes: Annotated[int, between(0, _LONGEST_CONDITION, "minutes")] = Field(
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
    minutes: Annotated[int, between(1, _LONGEST_CONDITION, "minutes")] = Field(
        default=15, description="Minutes that they are watched."
    )


# https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
_TWO_DAYS = 2880
_LONGEST_WAIT = "CodeDeploy waits two days at most"
_NETWORK_SHIFT = 10


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

    def duration_minutes(self, balancer: Literal["application", "network"]) -> int:
        """Return all waits until blue is gone, in minutes, without the time of tasks and hooks.

        The waits are those of the settings, and ten minutes each that ECS adds on a network load balancer when it shifts
        test traffic and at each shift of production traffic:
        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/nlb-resources-for-blue-green.html
        """
        steps = {"all_at_once": 1, "canary": 2, "linear": -(-100 // self.percent)}[self.strategy]
        added = _NETWORK_SHIFT * (1 + steps) if (self.engine, balancer) == ("ecs", "network") else 0
        return self.hold_minutes + (steps - 1) * self.interval_minutes + self.keep_blue_minutes + added
