"""The guard on plans of the real provider, on the emulated AWS, and what it lets pass."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Collection
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.plan.changes import Blocker
from tealform.plan.guard import find_blockers, find_unread, remaining
from tests.unit.aws_emulator.clients import client
from tests.unit.aws_emulator.conftest import network, shop
from tests.unit.aws_emulator.shop import ServiceRelease, Shop, Store, blue_green
from tests.unit.aws_emulator.test_codedeploy_releases import again
from tests.unit.aws_emulator.test_notifications import pipeline
from tests.unit.plan import recorded, stub_aws
from tests.unit.plan.plans import change, plan, prior, resource

__all__ = ["network", "shop"]


def _unreachable(service: str) -> Any:
    raise AssertionError(f"asked {service} for nothing")


@pytest.mark.parametrize("name", ["first", "nothing", "harmless", "task_definition", "security_group_rules"])
def test_harmless_plans_pass_without_a_question_to_aws(name: str) -> None:
    assert find_blockers(recorded.plan(name), _unreachable) == []


@pytest.mark.parametrize("name", ["pipeline", "ecs_service"])
def test_what_would_cut_a_release_passes_where_none_is_in_progress(name: str) -> None:
    assert find_blockers(recorded.plan(name), stub_aws.StubAws()) == []


@pytest.mark.parametrize(
    "harmless",
    [
        change(
            "update", address="aws_ecr_repository.images-web_repository", before={"image_tag_mutability": "MUTABLE"}
        ),
        change("update", address="aws_ecr_repository.images-web_repository", after={"force_delete": True}),
        change("update", address="aws_appautoscaling_target.service-web_scaling_target", after={"max_capacity": 9}),
        change("delete", address="aws_cloudwatch_metric_alarm.service-web_alarms_latency-blue"),
        change("delete", "create", address="aws_iam_role_policy.delivery-web_build_role_policy"),
        change("delete", "create", address="aws_route.network_vpc_private-a-internet"),
        change("delete", "create", address="aws_vpc_security_group_ingress_rule.load-balancer_a"),
        change("delete", address="aws_sns_topic_subscription.topic_email-1"),
        change("forget", address="aws_vpc.network_vpc"),
        change("create", address="aws_db_instance.orders"),
        change("update", address="aws_db_instance.orders", before={"deletion_protection": False}),
    ],
    ids=lambda each: str(each["address"]),
)
def test_small_changes_pass(harmless: dict[str, Any]) -> None:
    assert find_blockers(plan(harmless, prior_state=prior()), _unreachable) == []


_LISTENER = "nobody gets in through its port, and a new one does not know where releases have sent the traffic"
_SHORTER = "rule expire keeps objects for 3 days instead of 90"
_NO_VERSIONS = "what is overwritten or deleted in the bucket afterwards cannot be brought back"
_BLOCKED = {
    "target_group": """\
aws_lb_target_group.service-web_target-groups_blue: it has production traffic, which nobody answers any more: 100 % of aws_lb_listener_rule.service-web_rules_production
""",
    "network_target_group": """\
aws_lb_target_group.service-web_target-groups_blue: it has production traffic, which nobody answers any more: 100 % of aws_lb_listener.service-web_listeners_production
""",
    "load_balancer": f"""\
aws_lb.load-balancer: nobody reaches the services behind it until its new name is known everywhere
aws_lb_listener.load-balancer_production-listener: {_LISTENER}
aws_lb_listener.load-balancer_test-listener: {_LISTENER}
aws_lb_listener_rule.service-web_rules_production: nobody reaches the service until there is a new one, which does not know where the last release sent the traffic
""",
    "repository": """\
aws_ecr_repository.images-web_repository: all images in it are lost, among them those of running tasks and those to roll back to
""",
    "lifecycle": """\
aws_ecr_lifecycle_policy.images-web_lifecycle: rule 2 (All but the newest 100 images) keeps 10 images instead of 100; images that expire are gone within 24 hours
""",
    "buckets": f"""\
aws_s3_bucket_lifecycle_configuration.access-logs_bucket_lifecycle: {_SHORTER}
aws_s3_bucket_lifecycle_configuration.delivery-web_artifacts_bucket_lifecycle: {_SHORTER}
aws_s3_bucket_versioning.access-logs_bucket_versioning: {_NO_VERSIONS}
aws_s3_bucket_versioning.delivery-web_artifacts_bucket_versioning: {_NO_VERSIONS}
aws_s3_bucket_versioning.delivery-web_source_bucket_versioning: {_NO_VERSIONS}
""",
    "ecs_protection": """\
aws_lb.load-balancer: it is protected from deletion, and would be no more
""",
}


def _find(name: str) -> list[Blocker]:
    """Find the blockers where no release is in progress, and the traffic is where the plan says."""
    planned = recorded.plan(name)
    return find_blockers(planned, stub_aws.StubAws(**stub_aws.balancing(planned)))


@pytest.mark.parametrize("name", _BLOCKED)
def test_blockers_of_a_recorded_plan(name: str) -> None:
    assert "".join(f"{each}\n" for each in _find(name)) == _BLOCKED[name]


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("vpc", "aws_lb_target_group aws_nat_gateway aws_security_group aws_subnet aws_vpc"),
        (
            "destroy",
            "aws_cloudwatch_log_group aws_ecr_repository aws_ecs_cluster aws_ecs_service aws_eip aws_internet_gateway "
            "aws_kms_key aws_lb aws_lb_listener aws_lb_listener_rule aws_lb_target_group aws_nat_gateway aws_s3_bucket "
            "aws_subnet aws_vpc",
        ),
    ],
)
def test_types_that_a_large_plan_ends(name: str, types: str) -> None:
    assert sorted({each.address.partition(".")[0] for each in _find(name)}) == types.split()


_A, _B1, _B2 = Blocker("aws_vpc.a", "all of it"), Blocker("aws_lb.b", "one"), Blocker("aws_lb.b", "two")
_ALL = [_A, _B1, _B2]
_READ = [list(each.identity) for each in (_A, _B1)]


@pytest.mark.parametrize(
    ("blockers", "allowed", "read", "stop"),
    [
        (_ALL, ["aws_lb.b"], None, [_A]),
        (_ALL, {"aws_lb.b", "aws_vpc.a"}, None, []),
        ([], (), None, []),
        (_ALL, (), None, [_B1, _B2, _A]),
        pytest.param(_ALL, ["aws_lb.b", "aws_vpc.a"], _READ, [_B2], id="unread"),
        pytest.param(_ALL, ["aws_lb.b"], [], [_B1, _B2, _A], id="all unread"),
        pytest.param([_A, _B1], ["aws_lb.b", "aws_vpc.a"], _READ, [], id="all read"),
    ],
)
def test_what_still_stops_a_plan(
    blockers: list[Blocker], allowed: Collection[str], read: list[list[str]] | None, stop: list[Blocker]
) -> None:
    assert remaining(blockers, allowed, read) == stop
    if read:
        assert find_unread(blockers, read) == stop


@pytest.mark.parametrize(
    ("blockers", "allowed", "message"),
    [
        (_ALL, ["aws_vpc.a", "aws_vpc.c", "aws_lb.x"], "aws_lb.x, aws_vpc.c; it has to aws_lb.b, aws_vpc.a"),
        ([], ["aws_lb.b"], "aws_lb.b; it has none at all"),
    ],
)
def test_allowing_an_address_without_a_blocker_is_an_error(
    blockers: list[Blocker], allowed: list[str], message: str
) -> None:
    with pytest.raises(TealformError) as caught:
        remaining(blockers, allowed)
    assert str(caught.value) == f"the guard has no objection to {message}"


def test_the_sdk_is_loaded_only_to_ask() -> None:
    """It takes half a second, and a plan that asks nothing is to be quick."""
    code = "import tealform.plan.guard, sys; sys.exit('botocore' in sys.modules or 'boto3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


_ONCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|d-\w+|\d{4}(-\d\d){2} \d\d:\d\d UTC")


def _reasons(changed: dict[str, Any], *state: dict[str, Any]) -> list[str]:
    """Return the reasons on the emulated AWS, without what differs each time."""
    found = find_blockers(plan(changed, prior_state=prior(*state)), client)
    return [_ONCE.sub("X", each.reason) for each in found]


def test_an_execution_that_waits_for_somebody(shop: Shop) -> None:
    waiting = pipeline()
    address = "aws_codepipeline.delivery-web_pipeline"
    changed, state = change("delete", address=address), resource(address, name="release")
    assert _reasons(changed, state) == [
        "cancels execution X of pipeline release, in progress since X, in stage Approve "
        "(aws codepipeline get-pipeline-state --name release --region ap-northeast-1); wait for its end"
    ]
    waiting.aws.stop_pipeline_execution(
        pipelineName="release", pipelineExecutionId=waiting.executions()[0]["pipelineExecutionId"], abandon=True
    )
    waiting.settled()
    assert _reasons(changed, state) == []


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
    assert _reasons(changed, state) == []
    release = again(shop)
    release.until("Ready")
    assert _reasons(changed, state) == [
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
    list(ServiceRelease(store, shop.first).steps())
    assert _reasons(changed, state) == []
    release = store.release()
    (reason,) = _reasons(changed, state)
    assert reason.startswith("starts a deployment that takes the place of deployment ")
    assert release.arn in reason


def _end(group: str) -> dict[str, Any]:
    return change("delete", "create", address="aws_lb_target_group.mine", before={"arn": group})


def test_a_target_group_by_where_the_traffic_is_now(shop: Shop) -> None:
    production = resource("aws_lb_listener_rule.web", arn=shop.production_rule, listener_arn=shop.production)
    pair = {"test_traffic_route": [{"listener_arns": [shop.test]}]}
    test = resource("aws_codedeploy_deployment_group.web", load_balancer_info=[{"target_group_pair_info": [pair]}])
    traffic = "it has production traffic, which nobody answers any more: "
    assert _reasons(_end(shop.blue), production, test) == [f"{traffic}100 % of aws_lb_listener_rule.web"]
    assert _reasons(_end(shop.green), production, test) == []
    assert _reasons(_end(shop.green), production) == [f"{traffic}100 % of {shop.test_rule}"]
    weights = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in ((shop.blue, 0), (shop.green, 100))]
    moved = [{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}]
    shop.elbv2.modify_rule(RuleArn=shop.production_rule, Actions=moved)
    assert _reasons(_end(shop.blue), production, test) == []
    assert _reasons(_end(shop.green), production, test) == [f"{traffic}100 % of aws_lb_listener_rule.web"]


def test_a_listener_that_forwards_by_default(shop: Shop) -> None:
    """It is told among its rules as well, and counts once."""
    default = [{"Type": "forward", "TargetGroupArn": shop.green}]
    shop.elbv2.modify_listener(ListenerArn=shop.production, DefaultActions=default)
    shop.elbv2.delete_rule(RuleArn=shop.test_rule)
    (reason,) = _reasons(_end(shop.green))
    assert reason.endswith(f": 100 % of {shop.production}")


def test_a_target_group_of_a_network_load_balancer(shop: Shop) -> None:
    production, _, groups = shop.network_load_balancer()
    listener = resource("aws_lb_listener.tcp", arn=production)
    (reason,) = _reasons(_end(groups["blue"]), listener)
    assert reason.endswith(": 100 % of aws_lb_listener.tcp")
    unused = shop.target_group("unused")
    assert _reasons(_end(unused), listener) == []
    assert _reasons(_end(unused.replace("123456789012", "999999999999")), listener)[0].startswith(
        "it cannot be seen whether it has production traffic: the credentials are those of account 123456789012"
    )
