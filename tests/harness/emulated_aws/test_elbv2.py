"""What load balancers answer and refuse beyond moto."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from harness.emulated_aws.elbv2 import LoadBalancingBackend
from harness.emulated_aws.extension import extend

REGION = "ap-northeast-1"
NOT_FOUND = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}


class Balancing:
    """A VPC with load balancers, and short ways to what hangs on them."""

    def __init__(self) -> None:
        self.client: Any = boto3.client("elbv2", region_name=REGION)
        ec2: Any = boto3.client("ec2", region_name=REGION)
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [
            ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"][
                "SubnetId"
            ]
            for n, zone in enumerate("ac")
        ]

    def balancer(self, name: str = "shop") -> str:
        created = self.client.create_load_balancer(Name=name, Subnets=self.subnets)
        return str(created["LoadBalancers"][0]["LoadBalancerArn"])

    def group(self, name: str) -> str:
        created = self.client.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=self.vpc, TargetType="ip")
        return str(created["TargetGroups"][0]["TargetGroupArn"])

    def listener(self, balancer: str, port: int = 80) -> str:
        created = self.client.create_listener(
            LoadBalancerArn=balancer, Protocol="HTTP", Port=port, DefaultActions=[NOT_FOUND]
        )
        return str(created["Listeners"][0]["ListenerArn"])

    def rule(self, listener: str, group: str, priority: int = 1) -> str:
        created = self.client.create_rule(
            ListenerArn=listener,
            Priority=priority,
            Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
            Actions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        return str(created["Rules"][0]["RuleArn"])

    def action(self, rule: str) -> dict[str, Any]:
        action: dict[str, Any] = self.client.describe_rules(RuleArns=[rule])["Rules"][0]["Actions"][0]
        return action

    def balancers_of(self, group: str) -> list[str]:
        found = self.client.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0]
        return list(found["LoadBalancerArns"])


@pytest.fixture
def balancing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Balancing]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    extend("elbv2", backend=LoadBalancingBackend)
    with mock_aws():
        yield Balancing()


def weights(action: dict[str, Any]) -> dict[str, int]:
    return {group["TargetGroupArn"]: group["Weight"] for group in action["ForwardConfig"]["TargetGroups"]}


def test_a_rule_made_with_a_target_group_alone_is_told_in_both_forms(balancing: Balancing) -> None:
    blue = balancing.group("blue")
    action = balancing.action(balancing.rule(balancing.listener(balancing.balancer()), blue))
    assert (action["TargetGroupArn"], weights(action)) == (blue, {blue: 1})


def test_a_rule_that_forwards_to_two_groups_is_told_by_their_weights_only(balancing: Balancing) -> None:
    blue, green = balancing.group("blue"), balancing.group("green")
    rule = balancing.rule(balancing.listener(balancing.balancer()), blue)
    groups = [{"TargetGroupArn": blue, "Weight": 90}, {"TargetGroupArn": green, "Weight": 10}]
    balancing.client.modify_rule(RuleArn=rule, Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}])
    action = balancing.action(rule)
    assert "TargetGroupArn" not in action
    assert weights(action) == {blue: 90, green: 10}


def test_the_default_action_of_a_listener_is_told_in_both_forms(balancing: Balancing) -> None:
    blue, listener = balancing.group("blue"), balancing.listener(balancing.balancer())
    balancing.client.modify_listener(ListenerArn=listener, DefaultActions=[{"Type": "forward", "TargetGroupArn": blue}])
    (action,) = balancing.client.describe_listeners(ListenerArns=[listener])["Listeners"][0]["DefaultActions"]
    assert (action["TargetGroupArn"], weights(action)) == (blue, {blue: 1})


def test_a_listener_does_not_forward_to_a_target_group_that_is_not_there(balancing: Balancing) -> None:
    listener = balancing.listener(balancing.balancer())
    missing = balancing.group("blue").replace("blue", "none")
    with pytest.raises(ClientError, match="TargetGroupNotFound"):
        balancing.client.modify_listener(
            ListenerArn=listener, DefaultActions=[{"Type": "forward", "TargetGroupArn": missing}]
        )


def test_a_target_group_belongs_to_a_load_balancer_as_long_as_a_rule_forwards_to_it(balancing: Balancing) -> None:
    balancer, blue = balancing.balancer(), balancing.group("blue")
    listener = balancing.listener(balancer)
    assert balancing.balancers_of(blue) == []
    first, second = balancing.rule(listener, blue), balancing.rule(listener, blue, 2)
    balancing.client.delete_rule(RuleArn=first)
    assert balancing.balancers_of(blue) == [balancer]
    balancing.client.delete_rule(RuleArn=second)
    assert balancing.balancers_of(blue) == []


def test_a_target_group_serves_one_load_balancer(balancing: Balancing) -> None:
    first, second = balancing.balancer("one"), balancing.balancer("two")
    blue = balancing.group("blue")
    balancing.rule(balancing.listener(first), blue)
    assert balancing.rule(balancing.listener(first, 81), blue)
    with pytest.raises(ClientError, match=f"TargetGroupAssociationLimit.*more than one load balancer: {blue}"):
        balancing.rule(balancing.listener(second), blue)


def test_a_target_group_is_deleted_once_no_rule_uses_it(balancing: Balancing) -> None:
    blue = balancing.group("blue")
    rule = balancing.rule(balancing.listener(balancing.balancer()), blue)
    with pytest.raises(ClientError, match="ResourceInUse"):
        balancing.client.delete_target_group(TargetGroupArn=blue)
    balancing.client.delete_rule(RuleArn=rule)
    balancing.client.delete_target_group(TargetGroupArn=blue)
    assert balancing.client.describe_target_groups()["TargetGroups"] == []


def test_the_default_rule_stays(balancing: Balancing) -> None:
    listener = balancing.listener(balancing.balancer())
    (default,) = balancing.client.describe_rules(ListenerArn=listener)["Rules"]
    with pytest.raises(ClientError, match=r"OperationNotPermitted.*Default rule '.*' cannot be deleted"):
        balancing.client.delete_rule(RuleArn=default["RuleArn"])


def test_a_protected_load_balancer_is_deleted_once_the_protection_is_off(balancing: Balancing) -> None:
    balancer = balancing.balancer()

    def protect(value: str) -> None:
        balancing.client.modify_load_balancer_attributes(
            LoadBalancerArn=balancer, Attributes=[{"Key": "deletion_protection.enabled", "Value": value}]
        )

    protect("true")
    with pytest.raises(ClientError, match=r"OperationNotPermitted.*deletion protection is enabled"):
        balancing.client.delete_load_balancer(LoadBalancerArn=balancer)
    protect("false")
    balancing.client.delete_load_balancer(LoadBalancerArn=balancer)
    assert balancing.client.describe_load_balancers()["LoadBalancers"] == []


def test_the_target_groups_of_a_deleted_load_balancer_are_free_for_another(balancing: Balancing) -> None:
    balancer, blue = balancing.balancer(), balancing.group("blue")
    balancing.rule(balancing.listener(balancer), blue)
    balancing.client.delete_load_balancer(LoadBalancerArn=balancer)
    other = balancing.balancer("other")
    balancing.rule(balancing.listener(other), blue)
    assert balancing.balancers_of(blue) == [other]
