"""What the guard asks about releases is what the emulated AWS answers."""

from __future__ import annotations

import re
from typing import Any

from tealform.plan.guard import find_blockers
from tests.unit.aws_emulator.clients import client
from tests.unit.aws_emulator.conftest import network, shop
from tests.unit.aws_emulator.shop import Shop, blue_green
from tests.unit.aws_emulator.store import Release, Store
from tests.unit.aws_emulator.test_codedeploy_releases import again
from tests.unit.aws_emulator.test_notifications import pipeline
from tests.unit.plan.plans import change, plan, prior, resource

__all__ = ["network", "shop"]

_ONCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|d-\w+|\d{4}(-\d\d){2} \d\d:\d\d UTC")


def _told(changed: dict[str, Any], *state: dict[str, Any]) -> list[str]:
    """The reasons, without what differs each time."""
    found = find_blockers(plan(changed, prior_state=prior(*state)), client)
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


def _end(group: str) -> dict[str, Any]:
    return change("delete", "create", address="aws_lb_target_group.mine", before={"arn": group})


def test_a_target_group_by_where_the_traffic_is_now(shop: Shop) -> None:
    production = resource("aws_lb_listener_rule.web", arn=shop.production_rule, listener_arn=shop.production)
    pair = {"test_traffic_route": [{"listener_arns": [shop.test]}]}
    test = resource("aws_codedeploy_deployment_group.web", load_balancer_info=[{"target_group_pair_info": [pair]}])
    told = "it has production traffic, which nobody answers any more: "
    assert _told(_end(shop.blue), production, test) == [f"{told}100 % of aws_lb_listener_rule.web"]
    assert _told(_end(shop.green), production, test) == []
    assert _told(_end(shop.green), production) == [f"{told}100 % of {shop.test_rule}"]
    weights = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in ((shop.blue, 0), (shop.green, 100))]
    moved = [{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}]
    shop.elbv2.modify_rule(RuleArn=shop.production_rule, Actions=moved)
    assert _told(_end(shop.blue), production, test) == []
    assert _told(_end(shop.green), production, test) == [f"{told}100 % of aws_lb_listener_rule.web"]


def test_a_listener_that_forwards_by_default(shop: Shop) -> None:
    """It is told among its rules as well, and counts once."""
    default = [{"Type": "forward", "TargetGroupArn": shop.green}]
    shop.elbv2.modify_listener(ListenerArn=shop.production, DefaultActions=default)
    shop.elbv2.delete_rule(RuleArn=shop.test_rule)
    (told,) = _told(_end(shop.green))
    assert told.endswith(f": 100 % of {shop.production}")


def test_a_target_group_of_a_network_load_balancer(shop: Shop) -> None:
    production, _, groups = shop.network_load_balancer()
    listener = resource("aws_lb_listener.tcp", arn=production)
    (told,) = _told(_end(groups["blue"]), listener)
    assert told.endswith(": 100 % of aws_lb_listener.tcp")
    unused = shop.target_group("unused")
    assert _told(_end(unused), listener) == []
    assert _told(_end(unused.replace("123456789012", "999999999999")), listener)[0].startswith(
        "it cannot be seen whether it has production traffic: the credentials are those of account 123456789012"
    )
