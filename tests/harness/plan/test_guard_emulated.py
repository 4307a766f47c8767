"""What the guard asks about releases is what the emulated AWS answers."""

from __future__ import annotations

import re
from typing import Any

from harness.plan.guard import objections
from tests.harness.emulated_aws.clients import client
from tests.harness.emulated_aws.conftest import network, shop
from tests.harness.emulated_aws.shop import Shop, blue_green
from tests.harness.emulated_aws.store import Release, Store
from tests.harness.emulated_aws.test_codedeploy_releases import again
from tests.harness.emulated_aws.test_notifications import pipeline
from tests.harness.plan.made import change, plan
from tests.harness.plan.rules.state import prior, resource

__all__ = ["network", "shop"]

_ONCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|d-\w+|\d{4}(-\d\d){2} \d\d:\d\d UTC")


def _told(changed: dict[str, Any], *state: dict[str, Any]) -> list[str]:
    """The reasons, without what differs each time."""
    found = objections(plan(changed, prior_state=prior(*state)), client)
    return [_ONCE.sub("X", each.reason) for each in found]


def test_an_execution_that_waits_for_somebody(shop: Shop) -> None:
    waiting = pipeline()
    address = "aws_codepipeline.delivery-web_pipeline"
    changed, state = change("delete", address=address), resource(address, name="release")
    assert _told(changed, state) == [
        "cancels execution X of pipeline release, in progress since X, in stage Approve "
        "(aws codepipeline get-pipeline-state --name release --region ap-northeast-1); wait for its end"
    ]
    waiting.aws.stop_pipeline_execution(
        pipelineName="release", pipelineExecutionId=waiting.executions()[0]["pipelineExecutionId"], abandon=True
    )
    waiting.settled()
    assert _told(changed, state) == []


def test_a_deployment_of_codedeploy_that_is_held(shop: Shop) -> None:
    shop.create_service()
    shop.create_application()
    held = blue_green("STOP_DEPLOYMENT", minutes=60)
    shop.codedeploy.create_deployment_group(**shop.deployment_group(blueGreenDeploymentConfiguration=held))
    address = "aws_codedeploy_deployment_group.delivery-web_deployment_group"
    changed, state = (
        change("delete", address=address),
        resource(address, app_name="web", deployment_group_name="web"),
    )
    assert _told(changed, state) == []
    release = again(shop)
    release.until("Ready")
    assert _told(changed, state) == [
        "takes the deployment group away from deployment X of web, in progress since X "
        "(aws deploy get-deployment --deployment-id X --region ap-northeast-1); wait for its end"
    ]


def test_a_deployment_of_ecs(shop: Shop) -> None:
    store = Store(shop)
    cluster = store.create()["clusterArn"]
    address = "aws_ecs_service.service-web_service"
    controller = {"deployment_controller": [{"type": "ECS"}]}
    changed = change("update", address=address, before=controller | {"a": 1}, after=controller)
    state = resource(address, name="web", cluster=cluster, **controller)
    list(Release(store, shop.first).steps())
    assert _told(changed, state) == []
    release = store.release()
    (told,) = _told(changed, state)
    assert told.startswith("starts a deployment that takes the place of deployment ")
    assert release.arn in told
