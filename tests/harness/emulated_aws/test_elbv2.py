"""What load balancers answer and refuse beyond moto."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.harness.emulated_aws.shop import Shop

Json = dict[str, Any]


def action_of(shop: Shop, rule: str) -> Json:
    (action,) = shop.elbv2.describe_rules(RuleArns=[rule])["Rules"][0]["Actions"]
    return dict(action)


def balancers_of(shop: Shop, group: str) -> list[str]:
    return list(shop.elbv2.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0]["LoadBalancerArns"])


@pytest.mark.parametrize(("given", "scheme"), [({}, "internet-facing"), ({"Scheme": "internal"}, "internal")])
def test_a_load_balancer_faces_the_internet_unless_it_says_otherwise(shop: Shop, given: Json, scheme: str) -> None:
    (balancer,) = shop.elbv2.create_load_balancer(Name="another", Subnets=shop.network.subnets, **given)[
        "LoadBalancers"
    ]
    assert balancer["Scheme"] == scheme


def weights(action: dict[str, Any]) -> dict[str, int]:
    return {group["TargetGroupArn"]: group["Weight"] for group in action["ForwardConfig"]["TargetGroups"]}


def test_a_rule_made_with_a_target_group_alone_is_told_in_both_forms(shop: Shop) -> None:
    action = action_of(shop, shop.production_rule)
    assert (action["TargetGroupArn"], weights(action)) == (shop.blue, {shop.blue: 1})


def test_a_rule_that_forwards_to_two_groups_is_told_by_their_weights_only(shop: Shop) -> None:
    expected = {shop.blue: 90, shop.green: 10}
    groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in expected.items()]
    actions = [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]
    shop.elbv2.modify_rule(RuleArn=shop.production_rule, Actions=actions)
    action = action_of(shop, shop.production_rule)
    assert "TargetGroupArn" not in action
    assert weights(action) == expected


def forward_by_default(shop: Shop, group: str) -> Json:
    actions = [{"Type": "forward", "TargetGroupArn": group}]
    shop.elbv2.modify_listener(ListenerArn=shop.production, DefaultActions=actions)
    (action,) = shop.elbv2.describe_listeners(ListenerArns=[shop.production])["Listeners"][0]["DefaultActions"]
    return dict(action)


def test_the_default_action_of_a_listener_is_told_in_both_forms(shop: Shop) -> None:
    action = forward_by_default(shop, shop.blue)
    assert (action["TargetGroupArn"], weights(action)) == (shop.blue, {shop.blue: 1})


def test_a_listener_does_not_forward_to_a_target_group_that_is_not_there(shop: Shop) -> None:
    with pytest.raises(ClientError, match="TargetGroupNotFound"):
        forward_by_default(shop, shop.blue.replace("shop-blue", "none"))


def test_a_target_group_belongs_to_a_load_balancer_as_long_as_a_rule_forwards_to_it(shop: Shop) -> None:
    second = shop.rule(shop.production, shop.blue, 2)
    shop.elbv2.delete_rule(RuleArn=shop.production_rule)
    assert balancers_of(shop, shop.blue) == [shop.balancer]
    shop.elbv2.delete_rule(RuleArn=second)
    assert balancers_of(shop, shop.blue) == []


def test_a_target_group_serves_one_load_balancer(shop: Shop) -> None:
    other = shop.listener(80, shop.load_balancer("other"))
    with pytest.raises(ClientError, match=f"TargetGroupAssociationLimit.*more than one load balancer: {shop.blue}"):
        shop.rule(other, shop.blue)
    shop.rule(shop.test, shop.blue, 2)
    assert balancers_of(shop, shop.blue) == [shop.balancer]


def test_a_target_group_is_deleted_once_no_rule_uses_it(shop: Shop) -> None:
    with pytest.raises(ClientError, match="ResourceInUse"):
        shop.elbv2.delete_target_group(TargetGroupArn=shop.blue)
    shop.elbv2.delete_rule(RuleArn=shop.production_rule)
    shop.elbv2.delete_target_group(TargetGroupArn=shop.blue)
    left = shop.elbv2.describe_target_groups()["TargetGroups"]
    assert [group["TargetGroupArn"] for group in left] == [shop.green]


def test_the_default_rule_stays(shop: Shop) -> None:
    rules = shop.elbv2.describe_rules(ListenerArn=shop.production)["Rules"]
    (default,) = [rule for rule in rules if rule["IsDefault"]]
    with pytest.raises(ClientError, match=r"OperationNotPermitted.*Default rule '.*' cannot be deleted"):
        shop.elbv2.delete_rule(RuleArn=default["RuleArn"])


def test_a_protected_load_balancer_is_deleted_once_the_protection_is_off(shop: Shop) -> None:
    def protect(value: str) -> None:
        shop.elbv2.modify_load_balancer_attributes(
            LoadBalancerArn=shop.balancer, Attributes=[{"Key": "deletion_protection.enabled", "Value": value}]
        )

    protect("true")
    with pytest.raises(ClientError, match=r"OperationNotPermitted.*deletion protection is enabled"):
        shop.elbv2.delete_load_balancer(LoadBalancerArn=shop.balancer)
    protect("false")
    shop.elbv2.delete_load_balancer(LoadBalancerArn=shop.balancer)
    assert shop.elbv2.describe_load_balancers()["LoadBalancers"] == []


def test_the_target_groups_of_a_deleted_load_balancer_are_free_for_another(shop: Shop) -> None:
    shop.elbv2.delete_load_balancer(LoadBalancerArn=shop.balancer)
    other = shop.load_balancer("other")
    shop.rule(shop.listener(80, other), shop.blue)
    assert balancers_of(shop, shop.blue) == [other]


def test_a_deleted_listener_takes_its_rules_along(shop: Shop) -> None:
    shop.elbv2.delete_listener(ListenerArn=shop.production)
    assert balancers_of(shop, shop.blue) == []
