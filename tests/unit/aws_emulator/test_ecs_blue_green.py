"""Blue/green that is built into ECS: what services say, what deployments do step by step, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.awslambda.utils import get_backend
from moto.core.config import default_user_config

from tests.unit.aws_emulator.clients import ACCOUNT, REGION, create_function, role, set_alarm
from tests.unit.aws_emulator.shop import BOTH, ServiceRelease, Shop, Store, container

Json = dict[str, Any]

STAGES = [
    "PRE_SCALE_UP",
    "SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
    "BAKE_TIME",
    "CLEAN_UP",
]
CANARY = {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 12.5, "canaryBakeTimeInMinutes": 5}}
LINEAR = {"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 40.0, "stepBakeTimeInMinutes": 3}}
BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
NO_CANDIDATE = "No rollback candidate was found to run the rollback."


@pytest.fixture
def store(shop: Shop) -> Store:
    return Store(shop)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> tuple[list[Json], list[Any]]:
    """What the function is called with, and what it answers in turn, as JSON or as text; SUCCEEDED in the end."""
    create_function("check")
    events: list[Json] = []
    answers: list[Any] = []

    def invoke(name: str, qualifier: str | None, body: str, headers: Any, response_headers: Any) -> bytes:
        events.append(json.loads(body))
        answer = answers.pop(0) if answers else {"hookStatus": "SUCCEEDED"}
        return (answer if isinstance(answer, str) else json.dumps(answer)).encode()

    monkeypatch.setattr(get_backend(ACCOUNT, REGION), "invoke", invoke)
    return events, answers


def watching(rollback: bool = True) -> Json:
    return {"alarms": {"alarmNames": ["errors"], "enable": True, "rollback": rollback}}


def test_a_service_tells_what_it_was_created_with(store: Store) -> None:
    create_function("check")
    set_alarm("OK")
    hooks = [store.hook("POST_TEST_TRAFFIC_SHIFT", "PRE_SCALE_UP", hookDetails={"name": ["x", 3.14, True]})]
    configuration = {"bakeTimeInMinutes": 5, "lifecycleHooks": hooks, **BOTH, **CANARY, **BREAKER, **watching()}
    created = store.create(configuration)
    for told in (created, store.shop.service()):
        assert told["deploymentConfiguration"] == configuration
        assert told["loadBalancers"] == [store.balancer()]
        assert (told["deploymentController"], told["taskDefinition"]) == ({"type": "ECS"}, store.shop.first)


def test_the_first_deployment_goes_on_by_itself_and_lands_in_the_alternate_group(store: Store) -> None:
    created = store.create()
    assert (created["runningCount"], created["status"]) == (2, "ACTIVE")
    assert store.running() == [("COMPLETED", store.shop.first, 2)]
    assert store.colours() == ({"green": 100, "blue": 0}, {"green": 100, "blue": 0})
    (deployment,) = store.deployments()
    assert deployment["status"] == "SUCCESSFUL"
    told = ServiceRelease(store, store.shop.first).step()
    assert (told["sourceServiceRevisions"], told["lifecycleStage"]) == ([], "CLEAN_UP")
    assert told["targetServiceRevision"]["arn"] == deployment["targetServiceRevisionArn"]


def test_a_deployment_goes_through_its_stages_a_look_at_a_time(store: Store) -> None:
    store.create()
    release = store.release()
    (first, second), new, old = store.deployments(), {"blue": 100, "green": 0}, {"green": 100, "blue": 0}
    assert (first["status"], second["status"]) == ("PENDING", "SUCCESSFUL")
    seen = [
        (told["lifecycleStage"], *store.colours(), store.shop.service()["runningCount"]) for told in release.steps()
    ]
    assert seen == [
        ("PRE_SCALE_UP", old, old, 2),
        ("SCALE_UP", old, old, 4),
        ("POST_SCALE_UP", old, old, 4),
        ("TEST_TRAFFIC_SHIFT", old, new, 4),
        ("POST_TEST_TRAFFIC_SHIFT", old, new, 4),
        ("PRODUCTION_TRAFFIC_SHIFT", new, new, 4),
        ("POST_PRODUCTION_TRAFFIC_SHIFT", new, new, 4),
        ("BAKE_TIME", new, new, 4),
        ("CLEAN_UP", new, new, 2),
    ]
    assert [stage for stage, *_ in seen] == STAGES
    assert store.running() == [("COMPLETED", release.second, 2)]
    assert store.shop.service()["loadBalancers"] == [store.balancer()]


def test_looking_at_anything_else_moves_nothing(store: Store) -> None:
    store.create()
    release = store.release()
    release.until("TEST_TRAFFIC_SHIFT")
    for _ in range(3):
        store.deployments()
        store.shop.service()
        store.ecs.describe_clusters(clusters=["shop"])
    assert release.step()["lifecycleStage"] == "POST_TEST_TRAFFIC_SHIFT"


def test_while_both_run_the_service_tells_of_both(store: Store) -> None:
    store.create()
    release = store.release()
    told = release.until("PRODUCTION_TRAFFIC_SHIFT")
    assert store.running() == [("IN_PROGRESS", release.second, 2), ("COMPLETED", store.shop.first, 2)]
    assert [each["status"] for each in store.shop.service()["deployments"]] == ["PRIMARY", "ACTIVE"]
    (source,), target = told["sourceServiceRevisions"], told["targetServiceRevision"]
    weights = ("requestedProductionTrafficWeight", "requestedTestTrafficWeight", "runningTaskCount")
    assert [[each[name] for name in weights] for each in (source, target)] == [[0.0, 0.0, 2], [100.0, 100.0, 2]]


@pytest.mark.parametrize(
    ("strategy", "shares"),
    [
        (CANARY, [{"blue": 125, "green": 875}, {"blue": 100, "green": 0}]),
        (LINEAR, [{"blue": 40, "green": 60}, {"blue": 80, "green": 20}, {"blue": 100, "green": 0}]),
        ({"strategy": "CANARY"}, [{"blue": 5, "green": 95}, {"blue": 100, "green": 0}]),
        ({"strategy": "LINEAR"}, [{"blue": each, "green": 100 - each} for each in range(10, 101, 10)]),
    ],
)
def test_traffic_moves_in_the_steps_of_the_strategy(store: Store, strategy: Json, shares: list[dict[str, int]]) -> None:
    store.create(strategy)
    seen = [
        told["lifecycleStage"] == "PRODUCTION_TRAFFIC_SHIFT" and store.colours()[0] for told in store.release().steps()
    ]
    assert [share for share in seen if share] == shares


def test_the_live_side_is_read_from_the_production_rule(store: Store) -> None:
    store.create()
    store.shop.elbv2.modify_rule(
        RuleArn=store.shop.production_rule, Actions=[{"Type": "forward", "TargetGroupArn": store.shop.blue}]
    )
    store.release().until("SUCCESSFUL")
    assert store.colours()[0] == {"green": 100, "blue": 0}


def test_revisions_say_what_they_run(store: Store) -> None:
    store.create()
    release = store.release()
    arns = [each["targetServiceRevisionArn"] for each in store.deployments()]
    told = store.ecs.describe_service_revisions(serviceRevisionArns=[*arns, "none"])
    assert [each["taskDefinition"] for each in told["serviceRevisions"]] == [release.second, store.shop.first]
    assert told["serviceRevisions"][0]["loadBalancers"] == [store.balancer()]
    assert told["failures"] == [{"arn": "none", "reason": "MISSING"}]


def test_deployments_are_listed_by_status_and_time(store: Store) -> None:
    store.create()
    release = store.release()
    newest, oldest = store.deployments()
    assert [each["status"] for each in store.deployments(status=["SUCCESSFUL"])] == ["SUCCESSFUL"]
    assert store.deployments(status=["STOPPED"]) == []
    assert store.deployments(maxResults=1) == [newest]
    assert newest["serviceDeploymentArn"] == release.arn
    assert store.deployments(createdAt={"before": oldest["createdAt"].replace(year=2000)}) == []
    assert len(store.deployments(createdAt={"after": oldest["createdAt"].replace(year=2000)})) == 2
    missing = store.ecs.describe_service_deployments(serviceDeploymentArns=["none"])
    assert missing["failures"] == [{"arn": "none", "reason": "MISSING"}]
    with pytest.raises(ClientError, match="ServiceNotFoundException"):
        store.ecs.list_service_deployments(cluster="shop", service="none")


def test_what_runs_elsewhere_takes_a_deployment_and_what_does_not_takes_none(store: Store) -> None:
    create_function("check")
    store.create()
    store.update(desiredCount=3, healthCheckGracePeriodSeconds=9, enableExecuteCommand=True)
    store.update(deploymentConfiguration={"bakeTimeInMinutes": 7, "lifecycleHooks": [store.hook("PRE_SCALE_UP")]})
    store.update(taskDefinition=store.shop.first, loadBalancers=[store.balancer()])
    assert (len(store.deployments()), store.running()) == (1, [("COMPLETED", store.shop.first, 3)])
    network = store.shop.network_configuration()
    network["awsvpcConfiguration"]["subnets"] = store.shop.network.subnets[:1]
    triggers: list[Json] = [
        {"networkConfiguration": network},
        {"platformVersion": "1.4.0"},
        {"forceNewDeployment": True},
    ]
    for number, change in enumerate(triggers, 2):
        store.update(**change)
        assert len(store.deployments()) == number
        ServiceRelease(store, store.shop.first).until("SUCCESSFUL")


def test_a_change_of_capacity_comes_with_the_next_deployment(store: Store) -> None:
    store.create()
    spot = [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]
    store.update(capacityProviderStrategy=spot)
    assert (len(store.deployments()), store.shop.service()["capacityProviderStrategy"]) == (1, spot)
    store.release()
    arn = store.deployments()[0]["targetServiceRevisionArn"]
    (revision,) = store.ecs.describe_service_revisions(serviceRevisionArns=[arn])["serviceRevisions"]
    assert revision["capacityProviderStrategy"] == spot


def test_a_newer_deployment_takes_back_the_one_under_way(store: Store, calls: tuple[list[Json], list[Any]]) -> None:
    store.create()
    store.update(deploymentConfiguration={"lifecycleHooks": [store.hook("RECONCILE_SERVICE")]})
    first = store.release()
    first.until("PRODUCTION_TRAFFIC_SHIFT")
    second = store.release()
    assert first.step()["status"] == "STOPPED"
    assert second.step()["lifecycleStage"] == "RECONCILE_SERVICE"
    assert [each["lifecycleStage"] for each in calls[0]] == ["RECONCILE_SERVICE"]
    assert store.colours() == ({"blue": 0, "green": 100}, {"blue": 0, "green": 100})
    second.until("SUCCESSFUL")
    assert store.running() == [("COMPLETED", second.second, 2)]
    assert store.colours()[0] == {"blue": 100, "green": 0}


@pytest.mark.parametrize("strategy", [{}, CANARY])
def test_a_service_without_load_balancer_is_deployed_too(store: Store, strategy: Json) -> None:
    store.create(strategy, loadBalancers=[])
    store.release().until("SUCCESSFUL")
    assert store.shop.service()["runningCount"] == 2


def test_a_network_load_balancer_is_moved_by_its_listeners(store: Store) -> None:
    elbv2, vpc = store.shop.elbv2, store.shop.network.vpc
    made = elbv2.create_load_balancer(Name="net", Type="network", Subnets=store.shop.network.subnets)
    balancer = made["LoadBalancers"][0]["LoadBalancerArn"]
    groups, listeners = [], []
    for number in range(2):
        group = elbv2.create_target_group(Name=f"shop-{number}", Protocol="TCP", Port=80, VpcId=vpc, TargetType="ip")
        groups.append(group["TargetGroups"][0]["TargetGroupArn"])
        actions = [{"Type": "forward", "TargetGroupArn": groups[number]}]
        listener = elbv2.create_listener(
            LoadBalancerArn=balancer, Protocol="TCP", Port=80 + number, DefaultActions=actions
        )
        listeners.append(listener["Listeners"][0]["ListenerArn"])
    rules = {"productionListenerRule": listeners[0], "testListenerRule": listeners[1]}
    store.create(loadBalancers=[store.balancer(groups[0], alternateTargetGroupArn=groups[1], **rules)])
    for arn in listeners:
        (listener,) = elbv2.describe_listeners(ListenerArns=[arn])["Listeners"]
        told = listener["DefaultActions"][0]["ForwardConfig"]["TargetGroups"]
        assert {each["TargetGroupArn"]: each["Weight"] for each in told} == {groups[0]: 0, groups[1]: 100}


# Hooks


def test_a_hook_is_called_with_what_aws_tells_it(store: Store, calls: tuple[list[Json], list[Any]]) -> None:
    store.create()
    store.update(
        deploymentConfiguration={
            **CANARY,
            "lifecycleHooks": [store.hook("TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT", hookDetails={"a": 1})],
        }
    )
    release = store.release()
    told = release.until("SUCCESSFUL")
    events, target, source = calls[0], told["targetServiceRevision"]["arn"], told["sourceServiceRevisions"][0]["arn"]
    shares = [
        (
            e["lifecycleStage"],
            e["executionDetails"]["testTrafficWeights"],
            e["executionDetails"]["productionTrafficWeights"],
        )
        for e in events
    ]
    assert shares == [
        ("TEST_TRAFFIC_SHIFT", {target: 100, source: 0}, {}),
        ("PRODUCTION_TRAFFIC_SHIFT", {}, {target: 12.5, source: 87.5}),
        ("PRODUCTION_TRAFFIC_SHIFT", {}, {target: 100, source: 0}),
    ]
    assert {(each["resourceArn"], str(each["hookDetails"])) for each in events} == {(release.arn, "{'a': 1}")}
    assert len({each["executionId"] for each in events}) == 3
    assert [each["status"] for each in told["lifecycleHookDetails"]] == ["SUCCEEDED"] * 3


def test_a_hook_in_progress_is_called_again_with_its_details(store: Store, calls: tuple[list[Json], list[Any]]) -> None:
    events, answers = calls
    store.create()
    store.update(deploymentConfiguration={"lifecycleHooks": [store.hook("POST_SCALE_UP", hookDetails={"a": 1})]})
    answers += [{"hookStatus": "IN_PROGRESS", "hookDetails": {"b": 2}}, {"hookStatus": "IN_PROGRESS"}]
    stages = [each["lifecycleStage"] for each in store.release().steps()]
    assert stages.count("POST_SCALE_UP") == 3
    assert [each["hookDetails"] for each in events] == [{"a": 1}, {"a": 1, "b": 2}, {"a": 1, "b": 2}]
    assert len({each["executionId"] for each in events}) == 1


def test_a_first_deployment_waits_for_its_hook(store: Store, calls: tuple[list[Json], list[Any]]) -> None:
    calls[1].append({"hookStatus": "IN_PROGRESS"})
    created = store.create({"lifecycleHooks": [store.hook("POST_SCALE_UP")]})
    assert (store.deployments()[0]["status"], created["runningCount"]) == ("IN_PROGRESS", 2)
    ServiceRelease(store, store.shop.first).until("SUCCESSFUL")


@pytest.mark.parametrize("docker", [True, False])
def test_a_function_that_is_not_run_here_counts_as_succeeded(
    store: Store, docker: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(default_user_config, "lambda", {"use_docker": docker})
    create_function("check")
    store.create({"lifecycleHooks": [store.hook("PRE_SCALE_UP")]})
    assert store.deployments()[0]["status"] == "SUCCESSFUL"


PARSE = "ECS was unable to parse the response from {arn} due to: HookStatus must not be null."


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"hookStatus": "FAILED"}, "Lifecycle hook target {arn} returned FAILED status."),
        ({"status": "Succeeded"}, PARSE),
        ("[]", PARSE),
        ("oh", PARSE),
        ({"hookStatus": "IN_PROGRESS", "callBackDelay": 86400}, "Lifecycle hook target {arn} timed out."),
    ],
)
def test_a_hook_that_does_not_succeed_rolls_back(
    store: Store, calls: tuple[list[Json], list[Any]], answer: Any, reason: str
) -> None:
    events, answers = calls
    store.create()
    stages = ("TEST_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT")
    store.update(deploymentConfiguration={"lifecycleHooks": [store.hook(*stages)]})
    answers += [{"hookStatus": "SUCCEEDED"}, answer]
    release = store.release()
    told = release.until("ROLLBACK_IN_PROGRESS")
    failed = "Service deployment rolled back because POST_PRODUCTION_TRAFFIC_SHIFT lifecycle hook(s) failed. "
    assert told["statusReason"] == failed + reason.format(arn=store.hook()["hookTargetArn"])
    assert store.colours() == ({"blue": 0, "green": 100}, {"blue": 0, "green": 100})
    again, target = events[2], told["targetServiceRevision"]["arn"]
    assert (again["lifecycleStage"], again["executionDetails"]["testTrafficWeights"][target]) == (
        "TEST_TRAFFIC_SHIFT",
        0,
    )
    told = release.until("ROLLBACK_SUCCESSFUL")
    source = told["sourceServiceRevisions"][0]["arn"]
    assert (told["rollback"]["reason"], told["rollback"]["serviceRevisionArn"]) == (told["statusReason"], source)
    assert store.shop.service()["taskDefinition"] == store.shop.first
    assert store.running() == [("COMPLETED", store.shop.first, 2)]
    store.release().until("SUCCESSFUL")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"hookTargetArn": "arn:aws:lambda:ap-northeast-1:123456789012:function:none"}, "unable to invoke hook target"),
        ({"roleArn": f"arn:aws:iam::{ACCOUNT}:role/none"}, "ECS was unable to assume role"),
        ({"roleArn": f"arn:aws:iam::{ACCOUNT}:role/check"}, "ECS was unable to assume role"),
    ],
)
def test_a_hook_that_cannot_be_called_rolls_back(store: Store, wrong: Json, reason: str) -> None:
    create_function("check")
    store.create()
    store.update(deploymentConfiguration={"lifecycleHooks": [store.hook("PRE_SCALE_UP", **wrong)]})
    told = store.release().until("ROLLBACK_SUCCESSFUL")
    assert f"PRE_SCALE_UP lifecycle hook(s) failed. {reason}" in told["statusReason"] or reason in told["statusReason"]
    assert store.running() == [("COMPLETED", store.shop.first, 2)]


def test_there_is_nothing_to_roll_the_first_deployment_back_to(
    store: Store, calls: tuple[list[Json], list[Any]]
) -> None:
    calls[1].append({"hookStatus": "FAILED"})
    store.create({"lifecycleHooks": [store.hook("POST_SCALE_UP")]})
    told = ServiceRelease(store, store.shop.first).step()
    assert (told["status"], told["statusReason"]) == ("ROLLBACK_FAILED", NO_CANDIDATE)
    assert "returned FAILED status" in told["rollback"]["reason"]
    events = [each["message"] for each in store.shop.service()["events"]]
    assert "rollback has failed." in events[0]
    assert (
        "deployment failed: Service deployment rolled back because POST_SCALE_UP lifecycle hook(s) failed." in events[1]
    )
    assert store.running()[0][0] == "FAILED"
    store.release().until("SUCCESSFUL")


# Alarms, stopping


def test_an_alarm_rolls_back(store: Store) -> None:
    set_alarm("OK")
    store.create({**watching(), **BREAKER})
    release = store.release()
    told = release.until("BAKE_TIME")
    assert told["alarms"] == {"status": "MONITORING", "alarmNames": ["errors"], "triggeredAlarmNames": []}
    assert told["deploymentCircuitBreaker"] == {"status": "MONITORING", "failureCount": 0, "threshold": 3}
    set_alarm("ALARM")
    told = release.step()
    assert (told["status"], told["alarms"]["status"]) == ("ROLLBACK_IN_PROGRESS", "TRIGGERED")
    assert told["alarms"]["triggeredAlarmNames"] == ["errors"]
    assert "alarms: errors" in release.until("ROLLBACK_SUCCESSFUL")["statusReason"]
    assert store.colours() == ({"blue": 0, "green": 100}, {"blue": 0, "green": 100})
    assert store.shop.service()["taskDefinition"] == store.shop.first


def test_an_alarm_that_is_not_to_roll_back_stops(store: Store) -> None:
    set_alarm("OK")
    store.create(watching(rollback=False))
    release = store.release()
    release.until("PRODUCTION_TRAFFIC_SHIFT")
    set_alarm("ALARM")
    told = release.step()
    assert (told["status"], "stoppedAt" in told, store.colours()[0]) == ("STOPPED", True, {"blue": 100, "green": 0})
    set_alarm("OK")
    second = store.release()
    assert second.step()["lifecycleStage"] == "RECONCILE_SERVICE"
    second.until("SUCCESSFUL")


def test_alarms_that_are_on_at_the_beginning_do_not_count(store: Store) -> None:
    set_alarm("OK")
    store.create(watching())
    set_alarm("ALARM")
    release = store.release()
    assert release.step()["alarms"]["status"] == "DISABLED"
    set_alarm("OK")
    release.step()
    set_alarm("ALARM")
    release.until("SUCCESSFUL")


def test_alarms_are_minded_until_blue_is_gone(store: Store) -> None:
    set_alarm("OK")
    store.create(watching())
    release = store.release()
    release.until("CLEAN_UP")
    set_alarm("ALARM")
    assert release.until("SUCCESSFUL")["alarms"]["status"] == "MONITORING_COMPLETE"


def test_a_deployment_is_stopped_on_request(store: Store) -> None:
    store.create()
    release = store.release()
    release.until("PRODUCTION_TRAFFIC_SHIFT")
    release.stop(stopType="ROLLBACK")
    assert store.deployments()[0]["status"] == "ROLLBACK_REQUESTED"
    release.stop()
    assert [release.step()["status"] for _ in range(2)] == ["ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL"]
    assert store.colours() == ({"blue": 0, "green": 100}, {"blue": 0, "green": 100})
    assert store.running() == [("COMPLETED", store.shop.first, 2)]
    with pytest.raises(ClientError, match="ConflictException"):
        release.stop()


def test_only_a_deployment_that_there_is_is_stopped(store: Store) -> None:
    with pytest.raises(ClientError, match="ServiceDeploymentNotFoundException"):
        store.ecs.stop_service_deployment(serviceDeploymentArn="none")


# What is refused at once


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ({"strategy": "GREEN_BLUE"}, "Invalid strategy: GREEN_BLUE"),
        ({"bakeTimeInMinutes": None}, "bakeTimeInMinutes is required when the deployment strategy is BLUE_GREEN"),
        ({"bakeTimeInMinutes": 1441}, "bakeTimeInMinutes must be between 0 and 1440, but is 1441"),
        ({"bakeTimeInMinutes": -1}, "bakeTimeInMinutes must be between 0 and 1440"),
        (
            {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 0.0}},
            "canaryPercent must be a multiple of 0.1 f",
        ),
        (
            {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 5.25}},
            "canaryPercent must be a multiple of 0.1",
        ),
        (
            {"strategy": "CANARY", "canaryConfiguration": {"canaryBakeTimeInMinutes": 1441}},
            "canaryBakeTimeInMinutes must",
        ),
        (
            {"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 2.9}},
            "stepPercent must be a .* from 3.0 to 100.0",
        ),
        (
            {"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 100.1}},
            "stepPercent must be a multiple of 0.1",
        ),
        ({"strategy": "LINEAR", "linearConfiguration": {"stepBakeTimeInMinutes": 1441}}, "stepBakeTimeInMinutes must"),
        ({"canaryConfiguration": {"canaryPercent": 5.0}}, "canaryConfiguration is only valid when .* is CANARY"),
        ({"linearConfiguration": {"stepPercent": 5.0}}, "linearConfiguration is only valid when .* is LINEAR"),
    ],
)
def test_a_configuration_out_of_range_is_refused(store: Store, configuration: Json, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        store.create(configuration)
    assert store.ecs.list_services(cluster="shop")["serviceArns"] == []


@pytest.mark.parametrize("configuration", [{"bakeTimeInMinutes": 0}, {"strategy": "CANARY", "bakeTimeInMinutes": None}])
def test_a_configuration_at_its_limits_is_taken(store: Store, configuration: Json) -> None:
    assert store.create(configuration)["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("hook", "message"),
    [
        (
            {"lifecycleStages": ["PRE_PRODUCTION_TRAFFIC_SHIFT"]},
            "Invalid lifecycleStages: PRE_PRODUCTION_TRAFFIC_SHIFT",
        ),
        ({"lifecycleStages": ["BAKE_TIME"]}, "Invalid lifecycleStages: BAKE_TIME"),
        ({"lifecycleStages": []}, "lifecycleStages of a lifecycle hook must not be empty"),
        ({"hookTargetArn": ""}, "hookTargetArn of a lifecycle hook must not be empty"),
        ({"roleArn": ""}, "roleArn of a lifecycle hook must not be empty"),
    ],
)
def test_a_hook_that_makes_no_sense_is_refused(store: Store, hook: Json, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        store.create({"lifecycleHooks": [{**store.hook("PRE_SCALE_UP"), **hook}]})


def test_hooks_that_pause_are_not_emulated(store: Store) -> None:
    with pytest.raises(NotImplementedError, match="lifecycle hooks that pause"):
        store.create({"lifecycleHooks": [{"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"]}]})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"productionListenerRule": "{production}"},
            "productionListenerRule has an invalid ARN format. Must be RuleArn for",
        ),
        ({"testListenerRule": "{test}"}, "testListenerRule has an invalid ARN format. .* Got: {test}"),
        (
            {"testListenerRule": "{production_rule}"},
            "cannot be used as both production and test listener rules: {production_rule}",
        ),
        (
            {"testListenerRule": None},
            "For Application LoadBalancer, testListenerRule is required when productionListenerRu",
        ),
        ({"alternateTargetGroupArn": "{blue}"}, "Duplicate targetGroupArn found: {blue}"),
        ({"alternateTargetGroupArn": "{blue}0"}, "Unable to find target group with targetGroupArn {blue}0"),
        ({"alternateTargetGroupArn": None}, "alternateTargetGroupArn of advancedConfiguration must not be empty"),
        ({"productionListenerRule": None}, "productionListenerRule of advancedConfiguration must not be empty"),
        ({"roleArn": None}, "roleArn of advancedConfiguration must not be empty"),
    ],
)
def test_a_load_balancer_that_cannot_be_moved_is_refused(store: Store, change: Json, message: str) -> None:
    names = ("production", "test", "production_rule", "blue")
    arns = {name: getattr(store.shop, name) for name in names}
    wrong = {name: value and value.format(**arns) for name, value in change.items()}
    with pytest.raises(ClientError, match=message.format(**arns)):
        store.create(loadBalancers=[store.balancer(**wrong)])


@pytest.mark.parametrize("strategy", ["BLUE_GREEN", "CANARY", "LINEAR"])
def test_a_strategy_needs_the_advanced_configuration(store: Store, strategy: str) -> None:
    plain = {name: value for name, value in store.balancer().items() if name != "advancedConfiguration"}
    message = (
        "advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy"
    )
    with pytest.raises(ClientError, match=message):
        store.create({"strategy": strategy}, loadBalancers=[plain])
    with pytest.raises(ClientError, match="Either all or none of the provided loadBalancers must have advancedConfig"):
        store.create({"strategy": strategy}, loadBalancers=[plain, store.balancer()])


def test_a_strategy_needs_the_controller_of_ecs(store: Store) -> None:
    with pytest.raises(ClientError, match="BLUE_GREEN needs the deployment controller ECS, not CODE_DEPLOY"):
        store.create(deploymentController={"type": "CODE_DEPLOY"})


def test_without_a_test_rule_production_leads_to_both(store: Store) -> None:
    forward(store, store.shop.production_rule, {store.shop.blue: 100, store.shop.green: 0})
    store.create(loadBalancers=[store.balancer(testListenerRule=None)])
    assert store.colours()[0] == {"blue": 0, "green": 100}
    told = store.release().until("POST_TEST_TRAFFIC_SHIFT")
    assert "requestedTestTrafficWeight" not in told["targetServiceRevision"]


def forward(store: Store, rule: str, weights: dict[str, int]) -> None:
    groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights.items()]
    actions = [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]
    store.shop.elbv2.modify_rule(RuleArn=rule, Actions=actions)


# What a deployment finds


@pytest.mark.parametrize(
    ("production", "test", "reason"),
    [
        (
            {"blue": 5, "green": 95},
            {},
            "productionListenerRule {rule} should have exactly one target group serving traffic but found 2 target groups",
        ),
        (
            {"other": 1, "blue": 0},
            {},
            "Production listener rule is forwarding traffic to unexpected target group {other}",
        ),
        (
            {"green": 1},
            {"green": 1},
            "Target group {blue} is not associated with either productionListenerRule or testListenerRule.",
        ),
    ],
)
def test_rules_that_do_not_lead_to_the_pair_are_not_moved(
    store: Store, production: dict[str, int], test: dict[str, int], reason: str
) -> None:
    store.create()
    shop = store.shop
    arns = {"blue": shop.blue, "green": shop.green, "other": shop.target_group("shop-other")}
    for rule, weights in ((shop.production_rule, production), (shop.test_rule, test)):
        if weights:
            forward(store, rule, {arns[name]: weight for name, weight in weights.items()})
    told = store.release().until("ROLLBACK_SUCCESSFUL")
    message = reason.format(rule=shop.production_rule, **arns)
    assert message in told["statusReason"]
    assert told["statusReason"].endswith(message) or not message.endswith("."), "a sentence that ends is the last one"
    assert store.colours()[0] == production


def test_a_rule_that_is_gone_is_not_moved(store: Store) -> None:
    store.create()
    store.shop.elbv2.delete_rule(RuleArn=store.shop.test_rule)
    assert "One or more rules not found" in store.release().until("ROLLBACK_SUCCESSFUL")["statusReason"]


@pytest.mark.parametrize("name", ["none", "other"])
def test_a_role_that_ecs_cannot_take_on_moves_nothing(store: Store, name: str) -> None:
    role("other", "ecs-tasks.amazonaws.com")
    arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    store.create(loadBalancers=[store.balancer(roleArn=arn)])
    told = ServiceRelease(store, store.shop.first).step()
    assert (told["status"], told["statusReason"]) == ("ROLLBACK_FAILED", NO_CANDIDATE)
    assert f"missing permissions on ECS Infrastructure Role '{arn}'" in told["rollback"]["reason"]


# Updates and the end


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"deploymentConfiguration": {"bakeTimeInMinutes": 1441}}, "bakeTimeInMinutes must be between 0 and 1440"),
        ({"taskDefinition": "shop:9"}, "TaskDefinition not found."),
        ({"capacityProviderStrategy": [{"capacityProvider": "none"}]}, "capacity provider 'none' was not found"),
        (
            {"loadBalancers": [{"targetGroupArn": "{blue}", "containerName": "web", "containerPort": 8080}]},
            "advancedConf",
        ),
    ],
)
def test_an_update_is_checked_as_a_creation_is(store: Store, change: Json, message: str) -> None:
    store.create()
    for balancer in change.get("loadBalancers", []):
        balancer["targetGroupArn"] = store.shop.blue
    with pytest.raises(ClientError, match=message):
        store.update(**change)
    assert len(store.deployments()) == 1


def test_an_update_needs_a_container_of_the_task_definition(store: Store) -> None:
    store.create()
    second = store.shop.register(containerDefinitions=[container(name="api")])
    with pytest.raises(ClientError, match="The container web does not exist in the task def"):
        store.update(taskDefinition=second)


def test_a_strategy_leaves_nothing_of_another_behind(store: Store) -> None:
    store.create(CANARY)
    store.update(deploymentConfiguration=LINEAR)
    configuration = store.shop.service()["deploymentConfiguration"]
    assert configuration == {"bakeTimeInMinutes": 60, **BOTH, **LINEAR}
    store.update(deploymentConfiguration={"strategy": "BLUE_GREEN"})
    assert store.shop.service()["deploymentConfiguration"] == {
        "bakeTimeInMinutes": 60,
        **BOTH,
        "strategy": "BLUE_GREEN",
    }


def test_a_service_goes_from_rolling_to_blue_green_and_back(store: Store) -> None:
    store.create({"strategy": "ROLLING", "bakeTimeInMinutes": None})
    assert store.colours()[0] == {"blue": 1}
    store.update(deploymentConfiguration={"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1})
    release = store.release()
    release.until("BAKE_TIME")
    with pytest.raises(ClientError, match="You can't update the deployment strategy of a service during an ongoing"):
        store.update(deploymentConfiguration={"strategy": "ROLLING"})
    release.until("SUCCESSFUL")
    assert store.colours()[0] == {"blue": 0, "green": 100}
    store.update(deploymentConfiguration={"strategy": "ROLLING"})
    assert store.running() == [("COMPLETED", release.second, 2)]


def test_a_service_goes_over_from_codedeploy(store: Store) -> None:
    store.shop.create_service()
    blue_green = {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1}
    with pytest.raises(ClientError, match="advancedConfiguration field is required"):
        store.update(deploymentController={"type": "ECS"}, deploymentConfiguration=blue_green)
    store.update(
        deploymentController={"type": "ECS"}, deploymentConfiguration=blue_green, loadBalancers=[store.balancer()]
    )
    service = store.shop.service()
    assert (service["deploymentController"], service.get("taskSets", [])) == ({"type": "ECS"}, [])
    release = ServiceRelease(store, store.shop.first)
    assert len(release.step()["sourceServiceRevisions"]) == 1
    release.until("SUCCESSFUL")
    assert store.colours()[0] == {"blue": 0, "green": 100}


def test_a_service_goes_over_from_codedeploy_to_rolling(store: Store) -> None:
    store.shop.create_service()
    store.update(deploymentController={"type": "ECS"})
    assert store.running() == [("COMPLETED", store.shop.first, 2)]
    assert [each["status"] for each in store.deployments()] == ["SUCCESSFUL"]


def test_a_service_does_not_go_over_in_the_middle_of_a_deployment(store: Store) -> None:
    store.shop.create_service()
    balancers = [{"targetGroupArn": store.shop.green, "containerName": "web", "containerPort": 8080}]
    network = store.shop.network_configuration()
    store.ecs.create_task_set(
        cluster="shop", service="web", taskDefinition="shop:1", loadBalancers=balancers, networkConfiguration=network
    )
    with pytest.raises(ClientError, match="You can't update the deployment controller of a service during an ongoing"):
        store.update(deploymentController={"type": "ECS"})


def test_a_service_does_not_go_back_to_codedeploy(store: Store) -> None:
    store.create()
    with pytest.raises(ClientError, match="The deployment controller can't be updated from ECS to CODE_DEPLOY"):
        store.update(deploymentController={"type": "CODE_DEPLOY"})


def test_a_service_with_a_deployment_under_way_is_deleted_by_force_only(store: Store) -> None:
    store.create()
    store.release()
    with pytest.raises(ClientError, match="while deployments are active"):
        store.ecs.delete_service(cluster="shop", service="web")
    deleted = store.ecs.delete_service(cluster="shop", service="web", force=True)["service"]
    assert (deleted["status"], deleted["runningCount"]) == ("INACTIVE", 0)


def test_a_service_is_deleted_once_its_deployment_has_ended(store: Store) -> None:
    store.create()
    store.release()
    store.update(desiredCount=0)
    for _ in range(len(STAGES) + 1):
        with pytest.raises(ClientError, match="The service cannot be stopped while deployments are act"):
            store.ecs.delete_service(cluster="shop", service="web")
    store.ecs.delete_service(cluster="shop", service="web")
    assert store.shop.service()["status"] == "INACTIVE"
