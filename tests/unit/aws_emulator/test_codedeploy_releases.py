"""What a deployment to ECS does, step by step."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.core.config import default_user_config

from tealform_harness.aws_emulator.codedeploy.backend import get_codedeploy
from tealform_harness.aws_emulator.codedeploy.blue_green import LOOKS_BEFORE_IT_STOPS
from tests.unit.aws_emulator.clients import ACCOUNT, REGION, create_function, listen, role, set_alarm
from tests.unit.aws_emulator.shop import Shop, blue_green, container

Json = dict[str, Any]
Deploy = Callable[..., "CodeDeployRelease"]

CANARY, LINEAR = "CodeDeployDefault.ECSCanary10Percent5Minutes", "CodeDeployDefault.ECSLinear10PercentEvery3Minutes"
ALARMS = {"enabled": True, "alarms": [{"name": "errors"}]}


class CodeDeployRelease:
    """A deployment of the shop's second revision."""

    def __init__(self, shop: Shop, deployment_id: str, second: str) -> None:
        self.shop, self.id, self.second = shop, deployment_id, second

    def step(self) -> Json:
        """Let it go on, and return how it is."""
        return dict(self.shop.codedeploy.get_deployment(deploymentId=self.id)["deploymentInfo"])

    def until(self, status: str) -> Json:
        """Let it go on until it has that status."""
        for _ in range(40):
            if (info := self.step())["status"] == status:
                return info
        raise AssertionError(f"never {status}: {info}")

    def target(self) -> Json:
        targets = self.shop.codedeploy.list_deployment_targets(deploymentId=self.id)["targetIds"]
        found = self.shop.codedeploy.get_deployment_target(deploymentId=self.id, targetId=targets[0])
        return dict(found["deploymentTarget"]["ecsTarget"])

    def waits(self) -> list[tuple[str, int]]:
        release = get_codedeploy(ACCOUNT, REGION).ecs_deployment(self.id).release
        return [(wait.reason, wait.minutes) for wait in release.waits]

    def stop(self, **options: Any) -> None:
        self.shop.codedeploy.stop_deployment(deploymentId=self.id, **options)


def appspec(task_definition: str, hooks: list[Json] | None = None, **properties: Any) -> str:
    target = {
        "TaskDefinition": task_definition,
        "LoadBalancerInfo": {"ContainerName": "web", "ContainerPort": 8080},
        **properties,
    }
    resource = {"TargetService": {"Type": "AWS::ECS::Service", "Properties": target}}
    return json.dumps({"version": 0.0, "Resources": [resource], "Hooks": hooks or []})


@pytest.fixture
def deploy(shop: Shop) -> Deploy:
    """Create the group with settings, and a deployment with the rest."""
    shop.create_service()
    shop.create_application()

    def create(hooks: list[Json] | None = None, properties: Json | None = None, **settings: Any) -> CodeDeployRelease:
        shop.codedeploy.create_deployment_group(**shop.deployment_group(**settings))
        return again(shop, hooks, properties)

    return create


def again(shop: Shop, hooks: list[Json] | None = None, properties: Json | None = None) -> CodeDeployRelease:
    second = shop.register()
    content = appspec(second, hooks, **(properties or {}))
    created = shop.codedeploy.create_deployment(
        applicationName="web",
        deploymentGroupName="web",
        revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": content}},
    )
    return CodeDeployRelease(shop, created["deploymentId"], second)


def colours(shop: Shop) -> tuple[dict[str, int], dict[str, int]]:
    return shop.weights(shop.production_rule), shop.weights(shop.test_rule)


def revisions(shop: Shop) -> list[tuple[str, str]]:
    return [(each["status"], each["taskDefinition"]) for each in shop.service()["taskSets"]]


def test_all_at_once_moves_production_in_one_step(shop: Shop, deploy: Deploy) -> None:
    release = deploy()
    assert colours(shop) == ({"blue": 1}, {"green": 1})
    seen = [(release.step()["status"], *colours(shop), revisions(shop)) for _ in range(5)]
    blue, both = [("PRIMARY", shop.first)], [("PRIMARY", shop.first), ("ACTIVE", release.second)]
    switched = [("ACTIVE", shop.first), ("PRIMARY", release.second)]
    test, moved = {"green": 100, "blue": 0}, {"green": 100, "blue": 0}
    assert blue != both
    assert seen == [
        ("InProgress", {"blue": 1}, {"green": 1}, both),
        ("InProgress", {"blue": 1}, test, both),
        ("InProgress", moved, test, switched),
        ("InProgress", moved, test, switched),
        ("Succeeded", moved, test, [("PRIMARY", release.second)]),
    ]
    assert release.waits() == [("blue", 60)]


def test_a_service_tells_of_its_new_primary_task_set_and_keeps_its_count(shop: Shop, deploy: Deploy) -> None:
    release = deploy()
    release.step()
    assert shop.service()["runningCount"] == 4
    release.until("Succeeded")
    service = shop.service()
    assert (service["taskDefinition"], service["desiredCount"], service["runningCount"]) == (release.second, 2, 2)
    assert service["loadBalancers"] == [{"targetGroupArn": shop.green, "containerName": "web", "containerPort": 8080}]
    assert (service["launchType"], service["networkConfiguration"]) == ("FARGATE", shop.network_configuration())


def test_the_next_release_goes_back_to_the_idle_colour(shop: Shop, deploy: Deploy) -> None:
    deploy().until("Succeeded")
    release = again(shop)
    release.until("Succeeded")
    assert colours(shop) == ({"blue": 100, "green": 0}, {"blue": 100, "green": 0})
    assert revisions(shop) == [("PRIMARY", release.second)]


@pytest.mark.parametrize(
    ("config", "percentages", "minutes"), [(CANARY, [10], 5), (LINEAR, [10, 20, 30, 40, 50, 60, 70, 80, 90], 3)]
)
def test_traffic_moves_in_the_steps_of_the_configuration(
    shop: Shop, deploy: Deploy, config: str, percentages: list[int], minutes: int
) -> None:
    release = deploy(deploymentConfigName=config)
    seen = []
    while release.step()["status"] != "Succeeded":
        weights = colours(shop)[0]
        if weights.get("green") not in (None, 100):
            assert sum(weights.values()) == 100
            seen.append(weights["green"])
    assert seen == percentages
    assert release.waits() == [*((f"{percentage}%", minutes) for percentage in percentages), ("blue", 60)]


def test_looking_at_services_rules_and_groups_moves_nothing(shop: Shop, deploy: Deploy) -> None:
    release = deploy(deploymentConfigName=CANARY)
    while colours(shop)[0].get("green") != 10:
        release.step()
    for _ in range(3):
        shop.service()
        shop.codedeploy.get_deployment_group(applicationName="web", deploymentGroupName="web")
        shop.codedeploy.list_deployments(applicationName="web", deploymentGroupName="web")
        assert colours(shop)[0] == {"green": 10, "blue": 90}


def test_rules_of_other_services_on_the_same_listeners_stay(shop: Shop, deploy: Deploy) -> None:
    other = shop.target_group("shop-other")
    rule = shop.rule(shop.production, other, 2)
    deploy().until("Succeeded")
    assert shop.weights(rule) == {"other": 1}


def test_a_default_action_that_forwards_to_the_pair_moves_too(shop: Shop, deploy: Deploy) -> None:
    actions = [{"Type": "forward", "TargetGroupArn": shop.blue}]
    shop.elbv2.modify_listener(ListenerArn=shop.production, DefaultActions=actions)
    deploy().until("Succeeded")
    rules = shop.elbv2.describe_rules(ListenerArn=shop.production)["Rules"]
    (default,) = [rule["RuleArn"] for rule in rules if rule["IsDefault"]]
    assert shop.weights(default) == {"green": 100, "blue": 0}


def test_without_a_test_listener_green_hangs_on_production_without_a_share(shop: Shop, deploy: Deploy) -> None:
    shop.elbv2.delete_listener(ListenerArn=shop.test)
    pair = {name: value for name, value in shop.pair().items() if name != "testTrafficRoute"}
    release = deploy(loadBalancerInfo={"targetGroupPairInfoList": [pair]})
    release.step()
    assert shop.weights(shop.production_rule) == {"green": 0, "blue": 100}
    release.until("Succeeded")
    assert shop.weights(shop.production_rule) == {"green": 100, "blue": 0}


def test_a_network_load_balancer_is_moved_by_its_listeners(shop: Shop, deploy: Deploy) -> None:
    production, test, groups = shop.network_load_balancer()
    service = shop.service()
    shop.ecs.delete_service(cluster="shop", service="web", force=True)
    balancer = {**service["loadBalancers"][0], "targetGroupArn": groups["blue"]}
    shop.create_service(loadBalancers=[balancer])
    pair = shop.pair(
        targetGroups=[{"name": "shop-tcp-blue"}, {"name": "shop-tcp-green"}],
        prodTrafficRoute={"listenerArns": [production]},
        testTrafficRoute={"listenerArns": [test]},
    )
    steps = {"loadBalancerInfo": {"targetGroupPairInfoList": [pair]}, "deploymentConfigName": CANARY}
    with pytest.raises(
        ClientError, match=r"InvalidTrafficRoutingConfiguration.*Only ALB supports gradual traffic routing"
    ):
        deploy(**steps)
    deploy(loadBalancerInfo={"targetGroupPairInfoList": [pair]}).until("Succeeded")
    (action,) = shop.elbv2.describe_listeners(ListenerArns=[production])["Listeners"][0]["DefaultActions"]
    live = [each["TargetGroupArn"] for each in action["ForwardConfig"]["TargetGroups"] if each["Weight"]]
    assert live == [groups["green"]]


def test_a_target_tells_of_events_and_of_the_share_of_each_colour(shop: Shop, deploy: Deploy) -> None:
    release = deploy(deploymentConfigName=CANARY)
    while colours(shop)[0].get("green") != 10:
        release.step()
    target = release.target()
    assert (target["targetId"], target["status"]) == ("shop:web", "InProgress")
    assert [(each["taskSetLabel"], each["trafficWeight"]) for each in target["taskSetsInfo"]] == [
        ("Blue", 90.0),
        ("Green", 10.0),
    ]
    release.until("Succeeded")
    assert {
        event["lifecycleEventName"]: event["status"] for event in release.target()["lifecycleEvents"]
    } == dict.fromkeys(
        [
            "BeforeInstall",
            "Install",
            "AfterInstall",
            "AllowTestTraffic",
            "AfterAllowTestTraffic",
            "BeforeAllowTraffic",
            "AllowTraffic",
            "AfterAllowTraffic",
        ],
        "Succeeded",
    )


def test_green_is_what_the_appspec_says(shop: Shop, deploy: Deploy) -> None:
    network = {"Subnets": shop.network.subnets[:1], "SecurityGroups": [shop.network.group], "AssignPublicIp": "ENABLED"}
    properties = {
        "PlatformVersion": "1.4.0",
        "NetworkConfiguration": {"AwsvpcConfiguration": network},
        "CapacityProviderStrategy": [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1, "Base": 0}],
    }
    deploy(properties=properties).until("Succeeded")
    service = shop.service()
    assert service["platformVersion"] == "1.4.0"
    assert service["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "ENABLED"
    assert service["networkConfiguration"]["awsvpcConfiguration"]["subnets"] == shop.network.subnets[:1]
    assert service["capacityProviderStrategy"] == [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]
    assert "launchType" not in service


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"TaskDefinition": "shop:9"}, "TaskDefinition not found."),
        ({"LoadBalancerInfo": {"ContainerName": "api", "ContainerPort": 8080}}, "The container api does not exist"),
        ({"LoadBalancerInfo": {"ContainerName": "web", "ContainerPort": 1}}, "did not have a container port 1 defined"),
        ({"CapacityProviderStrategy": [{"CapacityProvider": "none"}]}, "capacity provider 'none' was not found"),
        (
            {"NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-0"], "SecurityGroups": []}}},
            "Error retrieving subnet information",
        ),
    ],
)
def test_green_that_cannot_run_fails_and_leaves_blue_alone(
    shop: Shop, deploy: Deploy, properties: Json, message: str
) -> None:
    info = deploy(properties=properties).until("Failed")
    assert info["errorInformation"]["code"] == "ECS_UPDATE_ERROR"
    assert message in info["errorInformation"]["message"]
    assert colours(shop) == ({"blue": 1}, {"green": 1})
    assert revisions(shop) == [("PRIMARY", shop.first)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("version: [", "neither JSON nor YAML"),
        ("version: 1.0", "version must be 0.0"),
        ("version: 0.0\nResources: []", "exactly one TargetService"),
        (appspec("shop:1", [{"BeforeLunch": "check"}]), "BeforeLunch is not a lifecycle event that takes a hook"),
        (appspec("shop:1", Cluster="shop"), "Cluster is not a property of a TargetService"),
        (appspec("shop:1", CapacityProviderStrategy=[{"capacityProvider": "FARGATE"}]), "names begin with a capital"),
        (appspec("shop:1", LoadBalancerInfo={"ContainerName": "web"}), "must have ContainerName and ContainerPort"),
        (appspec("shop:1", LoadBalancerInfo={"ContainerName": "web", "ContainerPort": "a"}), "not a number: a"),
    ],
)
def test_an_appspec_that_says_nothing_sensible_is_refused(
    deploy: Deploy, shop: Shop, content: str, message: str
) -> None:
    deploy().until("Succeeded")
    revision = {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}}
    with pytest.raises(ClientError, match=f"InvalidRevisionException.*{message}"):
        shop.codedeploy.create_deployment(applicationName="web", deploymentGroupName="web", revision=revision)


def test_production_must_lead_to_blue(shop: Shop, deploy: Deploy) -> None:
    shop.elbv2.modify_rule(RuleArn=shop.production_rule, Actions=[{"Type": "forward", "TargetGroupArn": shop.green}])
    info = deploy().until("Failed")
    assert "Primary taskset target group must be behind listener" in info["errorInformation"]["message"]


def test_one_deployment_at_a_time(shop: Shop, deploy: Deploy) -> None:
    release = deploy()
    release.step()
    with pytest.raises(ClientError, match=f"DeploymentLimitExceeded.*already has an active Deployment '{release.id}'"):
        again(shop)
    release.until("Succeeded")
    again(shop).until("Succeeded")


def test_a_deployment_that_waits_stops_unless_it_is_continued(shop: Shop, deploy: Deploy) -> None:
    release = deploy(blueGreenDeploymentConfiguration=blue_green("STOP_DEPLOYMENT", 30))
    release.until("Ready")
    assert colours(shop) == ({"blue": 1}, {"green": 100, "blue": 0})
    assert [release.step()["status"] for _ in range(LOOKS_BEFORE_IT_STOPS)][-2:] == ["Ready", "Stopped"]
    assert release.step()["errorInformation"]["code"] == "TIMEOUT"
    assert colours(shop) == ({"blue": 1}, {"green": 1})
    second = again(shop)
    second.until("Ready")
    shop.codedeploy.continue_deployment(deploymentId=second.id, deploymentWaitType="READY_WAIT")
    second.until("Succeeded")
    assert second.waits() == [("ready", 30), ("blue", 60)]


def test_a_deployment_waits_once_its_hooks_have_looked_at_green(shop: Shop, deploy: Deploy) -> None:
    create_function("check")
    release = deploy(
        hooks=[{"BeforeAllowTraffic": "check"}], blueGreenDeploymentConfiguration=blue_green("STOP_DEPLOYMENT", 30)
    )
    report(release, "Succeeded")
    release.until("Ready")
    events = {event["lifecycleEventName"]: event["status"] for event in release.target()["lifecycleEvents"]}
    assert events["BeforeAllowTraffic"] == "Succeeded"
    assert "AllowTraffic" not in events


def test_only_a_deployment_that_waits_is_continued(shop: Shop, deploy: Deploy) -> None:
    release = deploy()
    release.step()
    with pytest.raises(ClientError, match="DeploymentIsNotInReadyState"):
        shop.codedeploy.continue_deployment(deploymentId=release.id, deploymentWaitType="READY_WAIT")


ROLLBACK = {"autoRollbackConfiguration": {"enabled": True, "events": ["DEPLOYMENT_STOP_ON_ALARM"]}}
IN_THE_SHIFT, WHILE_BLUE_IS_KEPT, AT_ONCE = "in the shift", "while blue is kept", "at once"


@pytest.mark.parametrize(
    ("when", "settings", "rolled_back", "traffic"),
    [
        (IN_THE_SHIFT, {"deploymentConfigName": CANARY, **ROLLBACK}, True, ({"blue": 1}, {"green": 1})),
        (IN_THE_SHIFT, {"deploymentConfigName": CANARY}, False, ({"green": 10, "blue": 90}, {"green": 100, "blue": 0})),
        (WHILE_BLUE_IS_KEPT, ROLLBACK, True, ({"blue": 1}, {"green": 1})),
        (AT_ONCE, {}, False, ({"blue": 1}, {"green": 1})),
    ],
)
def test_an_alarm_stops_a_deployment_and_leads_the_traffic_back_if_told_to(
    shop: Shop, deploy: Deploy, when: str, settings: Json, rolled_back: bool, traffic: tuple[Json, Json]
) -> None:
    set_alarm("ALARM" if when == AT_ONCE else "OK")
    release = deploy(alarmConfiguration=ALARMS, **settings)
    while when == IN_THE_SHIFT and colours(shop)[0].get("green") != 10:
        release.step()
    while when == WHILE_BLUE_IS_KEPT and not release.step().get("instanceTerminationWaitTimeStarted"):
        pass
    set_alarm("ALARM")
    info = release.step()
    assert (info["status"], info["errorInformation"]["code"]) == ("Stopped", "ALARM_ACTIVE")
    assert "Activated alarms: <errors>" in info["errorInformation"]["message"]
    assert ("rollbackInfo" in info, colours(shop)) == (rolled_back, traffic)
    if rolled_back or when == AT_ONCE:
        assert revisions(shop) == [("PRIMARY", shop.first)]
    assert shop.ecs.describe_task_definition(taskDefinition=release.second)["taskDefinition"]["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("ignore", "status", "code"), [(False, "Stopped", "IAM_ROLE_PERMISSIONS"), (True, "Succeeded", None)]
)
def test_alarms_that_the_role_may_not_look_at_stop_a_deployment_unless_told_otherwise(
    shop: Shop, deploy: Deploy, ignore: bool, status: str, code: str | None
) -> None:
    blind = role("blind", "codedeploy.amazonaws.com")
    set_alarm("OK")
    release = deploy(alarmConfiguration={**ALARMS, "ignorePollAlarmFailure": ignore}, serviceRoleArn=blind)
    assert release.until(status).get("errorInformation", {}).get("code") == code


def test_a_stop_after_the_cutover_brings_blue_back(shop: Shop, deploy: Deploy) -> None:
    release = deploy()
    while not release.step().get("instanceTerminationWaitTimeStarted"):
        pass
    assert revisions(shop)[1] == ("PRIMARY", release.second)
    release.stop(autoRollbackEnabled=True)
    assert colours(shop) == ({"blue": 1}, {"green": 1})
    assert (revisions(shop), shop.service()["taskDefinition"]) == ([("PRIMARY", shop.first)], shop.first)
    with pytest.raises(ClientError, match="DeploymentAlreadyCompleted"):
        release.stop()


def test_a_stop_without_rollback_leaves_both_colours_to_the_next_deployment(shop: Shop, deploy: Deploy) -> None:
    release = deploy(deploymentConfigName=CANARY)
    while colours(shop)[0].get("green") != 10:
        release.step()
    release.stop(autoRollbackEnabled=False)
    assert release.step()["status"] == "Stopped"
    assert colours(shop)[0] == {"green": 10, "blue": 90}
    third = again(shop)
    third.until("Succeeded")
    assert revisions(shop) == [("PRIMARY", third.second)]


def test_a_hook_that_succeeds_lets_the_deployment_go_on(shop: Shop, deploy: Deploy) -> None:
    create_function("check")
    release = deploy(hooks=[{"AfterAllowTestTraffic": "check"}])
    report(release, "Succeeded")
    assert release.until("Succeeded")
    events = {event["lifecycleEventName"]: event["status"] for event in release.target()["lifecycleEvents"]}
    assert events["AfterAllowTestTraffic"] == "Succeeded"


@pytest.mark.parametrize("status", ["Failed", None])
def test_a_hook_that_fails_or_keeps_silent_fails_the_deployment(shop: Shop, deploy: Deploy, status: str | None) -> None:
    create_function("check")
    release = deploy(hooks=[{"AfterAllowTestTraffic": "check"}])
    report(release, status)
    info = release.until("Failed")
    assert info["errorInformation"]["code"] == "HOOK_EXECUTION_FAILURE"
    assert colours(shop) == ({"blue": 1}, {"green": 1})
    assert release.target()["lifecycleEvents"][-1]["status"] == "Failed"


@pytest.mark.parametrize(("hook", "code"), [("none", "INVALID_LAMBDA_FUNCTION"), ("check", "IAM_ROLE_PERMISSIONS")])
def test_a_hook_that_cannot_be_called_fails_the_deployment(deploy: Deploy, hook: str, code: str) -> None:
    create_function("check")
    mute = role("mute", "codedeploy.amazonaws.com", may_invoke("other"))
    settings = {"serviceRoleArn": mute} if hook == "check" else {}
    info = deploy(hooks=[{"BeforeInstall": hook}], **settings).until("Failed")
    assert info["errorInformation"]["code"] == code


def test_a_role_may_invoke_the_one_function_that_is_the_hook(shop: Shop, deploy: Deploy) -> None:
    create_function("check")
    release = deploy(
        hooks=[{"BeforeInstall": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:check"}],
        serviceRoleArn=role("caller", "codedeploy.amazonaws.com", may_invoke("check")),
    )
    report(release, "Succeeded")
    release.until("Succeeded")


def may_invoke(name: str) -> Json:
    resource = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
    return {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": resource}


@pytest.mark.parametrize(
    ("actions", "status"),
    [(["codedeploy:PutLifecycleEventHookExecutionStatus"], "Succeeded"), (["codedeploy:GetDeployment"], "Failed")],
)
def test_where_functions_would_be_containers_one_that_may_report_counts_as_succeeded(
    shop: Shop, deploy: Deploy, monkeypatch: pytest.MonkeyPatch, actions: list[str], status: str
) -> None:
    monkeypatch.setitem(default_user_config["lambda"], "use_docker", True)
    group = f"arn:aws:codedeploy:{REGION}:{ACCOUNT}:deploymentgroup:web/web"
    create_function("check", {"Effect": "Allow", "Action": actions, "Resource": group})
    deploy(hooks=[{"BeforeInstall": "check"}]).until(status)


def test_a_hook_reports_once_and_by_its_own_id(shop: Shop, deploy: Deploy) -> None:
    create_function("check")
    release = deploy(hooks=[{"BeforeInstall": "check"}])
    execution = report(release, "Succeeded")
    for wrong, code in (
        (execution, "LifecycleEventAlreadyCompleted"),
        ("none", "InvalidLifecycleEventHookExecutionId"),
    ):
        with pytest.raises(ClientError, match=code):
            shop.codedeploy.put_lifecycle_event_hook_execution_status(
                deploymentId=release.id, lifecycleEventHookExecutionId=wrong, status="Succeeded"
            )


def report(release: CodeDeployRelease, status: str | None) -> str:
    """Advance to the hook and report for it."""
    while not (waiting := get_codedeploy(ACCOUNT, REGION).waiting_hooks(release.id)):
        assert release.step()["status"] == "InProgress"
    if status:
        release.shop.codedeploy.put_lifecycle_event_hook_execution_status(
            deploymentId=release.id, lifecycleEventHookExecutionId=waiting[0].hook_execution_id, status=status
        )
    return waiting[0].hook_execution_id


def test_rules_hear_of_a_deployment(shop: Shop, deploy: Deploy) -> None:
    events = listen(source=["aws.codedeploy"])
    release = deploy()
    release.until("Succeeded")
    assert [(event["detail"]["state"], event["detail"]["deploymentId"]) for event in events()] == [
        ("START", release.id),
        ("SUCCESS", release.id),
    ]


def test_a_group_tells_of_its_deployments(shop: Shop, deploy: Deploy) -> None:
    release = deploy()
    release.until("Succeeded")
    group = shop.codedeploy.get_deployment_group(applicationName="web", deploymentGroupName="web")[
        "deploymentGroupInfo"
    ]
    assert group["lastSuccessfulDeployment"]["deploymentId"] == release.id
    assert group["lastAttemptedDeployment"]["status"] == "Succeeded"
    assert container()["name"] in json.dumps(group["targetRevision"])
