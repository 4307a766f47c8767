"""The guard on plans of the real provider, and on what is let pass."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.plan.changes import Blocker
from tealform.plan.guard import find_blockers, find_unread, remaining
from tests.unit.plan import recorded, stub_aws
from tests.unit.plan.plans import change, plan, prior


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


def _told(name: str) -> list[str]:
    return [str(each) for each in _objections(name)]


def _objections(name: str) -> list[Blocker]:
    """Where no release is in progress, and the traffic is where the plan says."""
    planned = recorded.plan(name)
    return find_blockers(planned, stub_aws.StubAws(**stub_aws.balancing(planned)))


def test_target_groups_are_replaced() -> None:
    assert _told("target_group") == [
        "aws_lb_target_group.service-web_target-groups_blue: it has production traffic, which nobody answers any more: "
        "100 % of aws_lb_listener_rule.service-web_rules_production"
    ]
    assert _told("network_target_group") == [
        "aws_lb_target_group.service-web_target-groups_blue: it has production traffic, which nobody answers any more: "
        "100 % of aws_lb_listener.service-web_listeners_production"
    ]


def test_the_load_balancer_is_replaced() -> None:
    listener = "nobody gets in through its port, and a new one does not know where releases have sent the traffic"
    assert _told("load_balancer") == [
        "aws_lb.load-balancer: nobody reaches the services behind it until its new name is known everywhere",
        f"aws_lb_listener.load-balancer_production-listener: {listener}",
        f"aws_lb_listener.load-balancer_test-listener: {listener}",
        "aws_lb_listener_rule.service-web_rules_production: nobody reaches the service until there is a new one, "
        "which does not know where the last release sent the traffic",
    ]


def test_the_repository_is_replaced() -> None:
    assert _told("repository") == [
        "aws_ecr_repository.images-web_repository: all images in it are lost, among them those of running tasks and "
        "those to roll back to"
    ]


def test_less_is_kept() -> None:
    assert _told("lifecycle") == [
        "aws_ecr_lifecycle_policy.images-web_lifecycle: rule 2 (All but the newest 100 images) keeps 10 images instead "
        "of 100; images that expire are gone within 24 hours"
    ]
    shorter = "rule expire keeps objects for 3 days instead of 90"
    forever = "what is overwritten or deleted in the bucket afterwards cannot be brought back"
    assert _told("buckets") == [
        f"aws_s3_bucket_lifecycle_configuration.access-logs_bucket_lifecycle: {shorter}",
        f"aws_s3_bucket_lifecycle_configuration.delivery-web_artifacts_bucket_lifecycle: {shorter}",
        f"aws_s3_bucket_versioning.access-logs_bucket_versioning: {forever}",
        f"aws_s3_bucket_versioning.delivery-web_artifacts_bucket_versioning: {forever}",
        f"aws_s3_bucket_versioning.delivery-web_source_bucket_versioning: {forever}",
    ]


def test_protection_ends() -> None:
    assert _told("ecs_protection") == ["aws_lb.load-balancer: it is protected from deletion, and would be no more"]


@pytest.mark.parametrize(
    ("name", "types"),
    [
        (
            "vpc",
            ["aws_lb_target_group", "aws_nat_gateway", "aws_security_group", "aws_subnet", "aws_vpc"],
        ),
        (
            "destroy",
            [
                *("aws_cloudwatch_log_group", "aws_ecr_repository", "aws_ecs_cluster", "aws_ecs_service", "aws_eip"),
                *("aws_internet_gateway", "aws_kms_key", "aws_lb", "aws_lb_listener", "aws_lb_listener_rule"),
                *("aws_lb_target_group", "aws_nat_gateway", "aws_s3_bucket", "aws_subnet", "aws_vpc"),
            ],
        ),
    ],
)
def test_much_goes(name: str, types: list[str]) -> None:
    assert sorted({each.address.partition(".")[0] for each in _objections(name)}) == types


_LOSSES = [Blocker("aws_vpc.a", "all of it"), Blocker("aws_lb.b", "one"), Blocker("aws_lb.b", "two")]


def test_what_is_allowed_is_let_pass() -> None:
    assert remaining(_LOSSES, ["aws_lb.b"]) == [_LOSSES[0]]
    assert remaining(_LOSSES, {"aws_lb.b", "aws_vpc.a"}) == remaining([], ()) == []
    assert remaining(_LOSSES, ()) == [*_LOSSES[1:], _LOSSES[0]]


def test_what_nobody_has_read_is_not_let_pass() -> None:
    read = [list(each.identity) for each in _LOSSES[:2]]
    assert remaining(_LOSSES, ["aws_lb.b", "aws_vpc.a"], read) == find_unread(_LOSSES, read) == [_LOSSES[2]]
    assert remaining(_LOSSES, ["aws_lb.b"], []) == sorted(_LOSSES)
    assert remaining(_LOSSES[:2], ["aws_lb.b", "aws_vpc.a"], read) == find_unread(_LOSSES[:2], read) == []


def test_what_is_allowed_without_an_objection_is_a_mistake() -> None:
    with pytest.raises(TealformError) as caught:
        remaining(_LOSSES, ["aws_vpc.a", "aws_vpc.c", "aws_lb.x"])
    assert str(caught.value) == "the guard has no objection to aws_lb.x, aws_vpc.c; it has to aws_lb.b, aws_vpc.a"
    with pytest.raises(TealformError) as caught:
        remaining([], ["aws_lb.b"])
    assert str(caught.value) == "the guard has no objection to aws_lb.b; it has none at all"


def test_the_sdk_is_loaded_only_to_ask() -> None:
    """It takes half a second, and a plan that asks nothing is to be quick."""
    code = "import tealform.plan.guard, sys; sys.exit('botocore' in sys.modules or 'boto3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
