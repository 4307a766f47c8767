"""Applications, deployment groups and deployment configurations."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.aws_emulator.clients import ACCOUNT, REGION, role
from tests.unit.aws_emulator.shop import Shop, blue_green

Json = dict[str, Any]

CANARY = {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 20, "canaryInterval": 10}}


@pytest.fixture
def released(shop: Shop) -> Shop:
    shop.create_service()
    shop.create_application()
    return shop


def group_of(shop: Shop, name: str = "web") -> Json:
    found: Json = shop.codedeploy.get_deployment_group(applicationName="web", deploymentGroupName=name)
    return dict(found["deploymentGroupInfo"])


def test_a_deployment_group_tells_what_it_was_created_with(released: Shop) -> None:
    asked = released.deployment_group(
        alarmConfiguration={"enabled": True, "alarms": [{"name": "errors"}], "ignorePollAlarmFailure": False}
    )
    created = released.codedeploy.create_deployment_group(**asked)
    told = group_of(released)
    assert told.items() >= asked.items()
    assert (told["computePlatform"], told["deploymentGroupId"]) == ("ECS", created["deploymentGroupId"])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"deploymentStyle": {"deploymentType": "IN_PLACE"}}, "InvalidDeploymentStyle"),
        (
            {"deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITHOUT_TRAFFIC_CONTROL"}},
            "InvalidDeploymentStyle",
        ),
        ({"blueGreenDeploymentConfiguration": {}}, "InvalidBlueGreenDeploymentConfiguration"),
        ({"blueGreenDeploymentConfiguration": blue_green("STOP_DEPLOYMENT", 0)}, "InvalidBlueGreen"),
        (
            {"blueGreenDeploymentConfiguration": blue_green("CONTINUE_DEPLOYMENT", 5)},
            "InvalidBlueGreen.*cannot be set to 'CONTINUE_DEPLOYMENT' when timeout is specified",
        ),
        ({"loadBalancerInfo": {"targetGroupPairInfoList": []}}, "InvalidTargetGroupPair"),
        ({"autoRollbackConfiguration": {"enabled": True, "events": []}}, "InvalidAutoRollbackConfig"),
        ({"alarmConfiguration": {"enabled": True, "alarms": []}}, "InvalidAlarmConfig.*the alarm list is empty"),
        (
            {"alarmConfiguration": {"enabled": True, "alarms": [{"name": f"alarm-{number}"} for number in range(11)]}},
            "AlarmsLimitExceeded",
        ),
        ({"ecsServices": []}, "InvalidECSService"),
        ({"ecsServices": [{"clusterName": "shop", "serviceName": "none"}]}, "InvalidECSService"),
        (
            {"deploymentConfigName": "none"},
            "DeploymentConfigDoesNotExist.*No deployment configuration found for name: none",
        ),
        ({"deploymentConfigName": "CodeDeployDefault.OneAtATime"}, "InvalidComputePlatform"),
        ({"serviceRoleArn": f"arn:aws:iam::{ACCOUNT}:role/none"}, "InvalidRole.*required to assume the role"),
        ({"serviceRoleArn": f"arn:aws:iam::{ACCOUNT}:role/other"}, "InvalidRoleException"),
        ({"applicationName": "none"}, "ApplicationDoesNotExist"),
        ({"pair": {"targetGroups": [{"name": "shop-blue"}]}}, "InvalidTargetGroupPair"),
        ({"pair": {"targetGroups": [{"name": "shop-blue"}, {"name": "shop-blue"}]}}, "InvalidTargetGroupPair"),
        ({"pair": {"prodTrafficRoute": {"listenerArns": []}}}, "InvalidTargetGroupPair"),
        ({"pair": {"testTrafficRoute": {"listenerArns": []}}}, "InvalidTargetGroupPair"),
    ],
)
def test_a_deployment_group_that_could_never_release_is_refused(released: Shop, changes: Json, code: str) -> None:
    role("other", "ec2.amazonaws.com")
    if pair := changes.get("pair"):
        changes = {"loadBalancerInfo": {"targetGroupPairInfoList": [released.pair(**pair)]}}
    with pytest.raises(ClientError, match=code):
        released.codedeploy.create_deployment_group(**released.deployment_group(**changes))


@pytest.mark.parametrize("setting", ["blueGreenDeploymentConfiguration", "loadBalancerInfo"])
def test_a_deployment_group_may_wait_and_needs_no_test_listener(released: Shop, setting: str) -> None:
    pair = {name: value for name, value in released.pair().items() if name != "testTrafficRoute"}
    settings = {
        "blueGreenDeploymentConfiguration": blue_green("STOP_DEPLOYMENT", 5),
        "loadBalancerInfo": {"targetGroupPairInfoList": [pair]},
    }
    asked = released.deployment_group(**{setting: settings[setting]})
    released.codedeploy.create_deployment_group(**asked)
    assert group_of(released)[setting] == settings[setting]


def test_a_service_must_be_left_to_codedeploy(shop: Shop) -> None:
    shop.create_service(deploymentController={"type": "ECS"})
    shop.create_application()
    with pytest.raises(ClientError, match="must be configured for a CODE_DEPLOY deployment controller"):
        shop.codedeploy.create_deployment_group(**shop.deployment_group())


def test_a_service_belongs_to_one_deployment_group(released: Shop) -> None:
    released.codedeploy.create_deployment_group(**released.deployment_group())
    with pytest.raises(ClientError, match="ECSServiceMappingLimitExceeded"):
        released.codedeploy.create_deployment_group(**released.deployment_group(deploymentGroupName="second"))


def test_an_update_replaces_what_it_names_and_keeps_the_rest(released: Shop) -> None:
    released.codedeploy.create_deployment_group(**released.deployment_group())
    rollback = {"enabled": False, "events": []}
    released.codedeploy.update_deployment_group(
        applicationName="web",
        currentDeploymentGroupName="web",
        newDeploymentGroupName="other",
        autoRollbackConfiguration=rollback,
    )
    asked = released.deployment_group(deploymentGroupName="other", autoRollbackConfiguration=rollback)
    assert group_of(released, "other").items() >= asked.items()
    with pytest.raises(ClientError, match="DeploymentGroupDoesNotExist"):
        group_of(released)


def test_an_update_is_checked_like_a_creation(released: Shop) -> None:
    released.codedeploy.create_deployment_group(**released.deployment_group())
    with pytest.raises(ClientError, match="InvalidBlueGreenDeploymentConfiguration"):
        released.codedeploy.update_deployment_group(
            applicationName="web",
            currentDeploymentGroupName="web",
            blueGreenDeploymentConfiguration=blue_green("STOP_DEPLOYMENT", 0),
        )


def test_a_deleted_deployment_group_leaves_its_service_to_another(released: Shop) -> None:
    released.codedeploy.create_deployment_group(**released.deployment_group())
    released.codedeploy.delete_deployment_group(applicationName="web", deploymentGroupName="web")
    released.codedeploy.create_deployment_group(**released.deployment_group(deploymentGroupName="second"))
    assert released.codedeploy.list_deployment_groups(applicationName="web")["deploymentGroups"] == ["second"]


def test_tags_follow_an_application_to_its_new_name(released: Shop) -> None:
    def tags(name: str) -> list[Json]:
        arn = f"arn:aws:codedeploy:{REGION}:{ACCOUNT}:application:{name}"
        return list(released.codedeploy.list_tags_for_resource(ResourceArn=arn)["Tags"])

    owner = {"Key": "owner", "Value": "web-team"}
    arn = f"arn:aws:codedeploy:{REGION}:{ACCOUNT}:application:web"
    released.codedeploy.tag_resource(ResourceArn=arn, Tags=[owner])
    released.codedeploy.update_application(applicationName="web", newApplicationName="shop")
    assert (tags("web"), tags("shop")) == ([], [owner])
    assert released.codedeploy.list_applications()["applications"] == ["shop"]


def test_a_deleted_application_takes_its_groups_along(released: Shop) -> None:
    released.codedeploy.create_deployment_group(**released.deployment_group())
    released.codedeploy.delete_application(applicationName="web")
    with pytest.raises(ClientError, match="ApplicationDoesNotExist"):
        group_of(released)


def config(shop: Shop, name: str, **changes: Any) -> None:
    asked = {"deploymentConfigName": name, "computePlatform": "ECS", "trafficRoutingConfig": CANARY, **changes}
    shop.codedeploy.create_deployment_config(**asked)


def test_a_deployment_configuration_tells_what_it_was_created_with(released: Shop) -> None:
    config(released, "slow")
    told = released.codedeploy.get_deployment_config(deploymentConfigName="slow")["deploymentConfigInfo"]
    assert (told["computePlatform"], told["trafficRoutingConfig"]) == ("ECS", CANARY)
    with pytest.raises(ClientError, match="DeploymentConfigAlreadyExists"):
        config(released, "slow")


def canary(percentage: int, minutes: int) -> Json:
    return {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": percentage, "canaryInterval": minutes}}


def linear(percentage: int, minutes: int) -> Json:
    return {"type": "TimeBasedLinear", "timeBasedLinear": {"linearPercentage": percentage, "linearInterval": minutes}}


@pytest.mark.parametrize(
    ("name", "routing"),
    [
        ("ECSAllAtOnce", {"type": "AllAtOnce"}),
        ("ECSCanary10Percent15Minutes", canary(10, 15)),
        ("ECSLinear10PercentEvery3Minutes", linear(10, 3)),
    ],
)
def test_predefined_configurations_are_there(released: Shop, name: str, routing: Json) -> None:
    found = released.codedeploy.get_deployment_config(deploymentConfigName=f"CodeDeployDefault.{name}")
    assert found["deploymentConfigInfo"]["trafficRoutingConfig"] == routing


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"trafficRoutingConfig": canary(100, 5)}, "InvalidTraffic"),
        ({"trafficRoutingConfig": canary(10, 0)}, "InvalidTraffic"),
        ({"trafficRoutingConfig": linear(1, 60)}, "InvalidTraffic"),
        ({"deploymentConfigName": "CodeDeployDefault.Mine"}, "InvalidDeploymentConfigName"),
        ({"minimumHealthyHosts": {"type": "HOST_COUNT", "value": 1}}, "InvalidMinimumHealthyHostValue"),
    ],
)
def test_impossible_configurations_are_refused(released: Shop, changes: Json, code: str) -> None:
    with pytest.raises(ClientError, match=code):
        config(released, "mine", **changes)


def test_a_configuration_is_deleted_once_no_group_uses_it(released: Shop) -> None:
    config(released, "slow")
    released.codedeploy.create_deployment_group(**released.deployment_group(deploymentConfigName="slow"))
    with pytest.raises(ClientError, match="DeploymentConfigInUse"):
        released.codedeploy.delete_deployment_config(deploymentConfigName="slow")
    released.codedeploy.delete_deployment_group(applicationName="web", deploymentGroupName="web")
    released.codedeploy.delete_deployment_config(deploymentConfigName="slow")
    assert "slow" not in released.codedeploy.list_deployment_configs()["deploymentConfigsList"]


def test_predefined_configurations_stay(released: Shop) -> None:
    with pytest.raises(ClientError, match="InvalidOperation"):
        released.codedeploy.delete_deployment_config(deploymentConfigName="CodeDeployDefault.ECSAllAtOnce")
