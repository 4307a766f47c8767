"""What load balancers answer and refuse beyond moto."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.aws_emulator.clients import ACCOUNT, REGION, client
from tests.unit.aws_emulator.shop import Shop

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


def network_load_balancer(shop: Shop, **given: Any) -> str:
    made = shop.elbv2.create_load_balancer(Name="net", Type="network", Subnets=shop.network.subnets, **given)
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def test_a_network_load_balancer_has_listeners_and_no_rules(shop: Shop) -> None:
    production, _, groups = shop.network_load_balancer()
    assert ":listener/net/tcp/" in production
    with pytest.raises(ClientError, match="InvalidConfigurationRequest"):
        shop.rule(production, groups["blue"])


@pytest.mark.parametrize(("given", "refused"), [([], True), (["SecurityGroups"], False)])
def test_a_network_load_balancer_takes_security_groups_only_from_the_start(
    shop: Shop, given: list[str], refused: bool
) -> None:
    group = [shop.network.group]
    balancer = network_load_balancer(shop, **dict.fromkeys(given, group))
    if refused:
        with pytest.raises(ClientError, match="created without security groups"):
            shop.elbv2.set_security_groups(LoadBalancerArn=balancer, SecurityGroups=group)
    else:
        shop.elbv2.set_security_groups(LoadBalancerArn=balancer, SecurityGroups=group)


def set_attributes(shop: Shop, balancer: str, **attributes: str) -> None:
    shop.elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=balancer,
        Attributes=[{"Key": name.replace("__", "."), "Value": value} for name, value in attributes.items()],
    )


def test_a_network_load_balancer_takes_its_own_attributes(shop: Shop) -> None:
    balancer = network_load_balancer(shop)
    set_attributes(shop, balancer, load_balancing__cross_zone__enabled="true")
    with pytest.raises(ClientError, match=r"idle_timeout.timeout_seconds' is not supported .* 'network'"):
        set_attributes(shop, balancer, idle_timeout__timeout_seconds="60")
    set_attributes(shop, shop.balancer, idle_timeout__timeout_seconds="60")


@pytest.mark.parametrize(
    ("type_", "protocol", "target", "fits"),
    [
        ("network", "TCP", "TCP", True),
        ("network", "TCP", "HTTP", False),
        ("application", "HTTP", "HTTP", True),
        ("application", "HTTP", "TCP", False),
    ],
)
def test_listeners_lead_to_groups_of_their_protocols(
    shop: Shop, type_: str, protocol: str, target: str, fits: bool
) -> None:
    balancer = network_load_balancer(shop) if type_ == "network" else shop.load_balancer("another")
    made = shop.elbv2.create_target_group(Name="new", Protocol=target, Port=80, VpcId=shop.network.vpc, TargetType="ip")
    forward = {"Type": "forward", "TargetGroupArn": made["TargetGroups"][0]["TargetGroupArn"]}
    asked = {"LoadBalancerArn": balancer, "Protocol": protocol, "Port": 80, "DefaultActions": [forward]}
    if fits:
        shop.elbv2.create_listener(**asked)
    else:
        with pytest.raises(ClientError, match="IncompatibleProtocols"):
            shop.elbv2.create_listener(**asked)


@pytest.mark.parametrize(("type_", "protocol"), [("application", "HTTPS"), ("network", "TLS")])
def test_a_secure_listener_needs_a_certificate(shop: Shop, type_: str, protocol: str) -> None:
    balancer = network_load_balancer(shop) if type_ == "network" else shop.balancer
    group = shop.target_group("shop-new")
    with pytest.raises(ClientError, match=f"A certificate must be specified for {protocol} listeners"):
        shop.elbv2.create_listener(
            LoadBalancerArn=balancer,
            Protocol=protocol,
            Port=443,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
        )


APPLICATION_LOGS = "logdelivery.elasticloadbalancing.amazonaws.com"
NETWORK_LOGS = "delivery.logs.amazonaws.com"
PUT, LOOK = "s3:PutObject", "s3:GetBucketAcl"


@pytest.mark.parametrize(
    ("type_", "service", "actions", "prefix", "admitted"),
    [
        ("application", APPLICATION_LOGS, [PUT], "", True),
        ("application", NETWORK_LOGS, [PUT, LOOK], "", False),
        ("application", APPLICATION_LOGS, [PUT], "other", False),
        ("network", NETWORK_LOGS, [PUT, LOOK], "", True),
        ("network", NETWORK_LOGS, [PUT], "", False),
        ("network", APPLICATION_LOGS, [PUT, LOOK], "", False),
    ],
)
def test_access_logs_need_a_bucket_that_lets_them_in(
    shop: Shop, type_: str, service: str, actions: list[str], prefix: str, admitted: bool
) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="access-logs", CreateBucketConfiguration={"LocationConstraint": REGION})
    resources = ["arn:aws:s3:::access-logs", f"arn:aws:s3:::access-logs/AWSLogs/{ACCOUNT}/*"]
    allow = {"Effect": "Allow", "Principal": {"Service": service}, "Action": actions, "Resource": resources}
    s3.put_bucket_policy(Bucket="access-logs", Policy=json.dumps({"Statement": [allow]}))
    balancer = network_load_balancer(shop) if type_ == "network" else shop.balancer
    settings = {"access_logs__s3__enabled": "true", "access_logs__s3__bucket": "access-logs"}
    if prefix:
        settings["access_logs__s3__prefix"] = prefix
    if admitted:
        set_attributes(shop, balancer, **settings)
    else:
        with pytest.raises(ClientError, match="Access Denied for bucket: access-logs"):
            set_attributes(shop, balancer, **settings)
