"""Lambda functions that a release calls on its way, by the stage at which it does."""

from __future__ import annotations

from pydantic import Field

from tealform.settings.types import Block, FunctionArn

STAGES = {
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
"""The stages at which an engine can call a function.

https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentLifecycleHook.html
"""

SMOKE_TEST_STAGE = {"codedeploy": "after_allow_test_traffic", "ecs": "post_test_traffic_shift"}
"""Where green answers on the test listener, and not yet in production."""


def _stage(description: str) -> FunctionArn | None:
    field: FunctionArn | None = Field(default=None, description=description)
    return field


class Hooks(Block):
    """Each is the ARN of a Lambda function; a release goes on when it says so, and is rolled back when it does not."""

    before_install: FunctionArn | None = _stage("CodeDeploy: before green is started.")
    after_install: FunctionArn | None = _stage("CodeDeploy: green runs, without any traffic.")
    after_allow_test_traffic: FunctionArn | None = _stage("CodeDeploy: the test listener leads to green.")
    before_allow_traffic: FunctionArn | None = _stage("CodeDeploy: before production traffic moves.")
    after_allow_traffic: FunctionArn | None = _stage("CodeDeploy: green has all production traffic.")
    reconcile_service: FunctionArn | None = _stage(
        "ECS: only when a release begins while more than one revision is active."
    )
    pre_scale_up: FunctionArn | None = _stage("ECS: before green is started.")
    post_scale_up: FunctionArn | None = _stage("ECS: green runs, without any traffic.")
    test_traffic_shift: FunctionArn | None = _stage("ECS: while the test listener is led to green.")
    post_test_traffic_shift: FunctionArn | None = _stage("ECS: the test listener leads to green.")
    production_traffic_shift: FunctionArn | None = _stage("ECS: while production traffic moves, at each step.")
    post_production_traffic_shift: FunctionArn | None = _stage("ECS: green has all production traffic.")

    def given(self) -> dict[str, str]:
        """The hooks that are set, by their keys."""
        return {key: arn for key, arn in self if arn is not None}
