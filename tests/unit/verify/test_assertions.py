"""AWS's answers about releases are compared with the settings: each case has one thing that differs."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from tealform.settings.loader import LoadedEnvironment
from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.aws_emulator.services import install
from tealform_harness.verify.assertions import release
from tests import support

Json = dict[str, Any]

REGION = "eu-west-1"
LOOK = "arn:aws:lambda:eu-west-1:123456789012:function:look"
SMOKE_TEST = "arn:aws:lambda:eu-west-1:123456789012:function:shop-dev-web-smoke-test"


def _settings(service: str, balancer: str = 'protocol = "http"') -> LoadedEnvironment:
    return support.settings(support.environment(service=service, load_balancer=balancer), "dev")


CODEDEPLOY = f"""
  release {{
    percent      = 30
    hold_minutes = 60
    smoke_test {{}}
    hooks {{ before_install = "{LOOK}" }}
    alarms {{
      errors_percent       = 0
      latency_milliseconds = 0
      names                = ["queue-age"]
    }}
  }}
"""
STEPS = {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 30, "canaryInterval": 5}}
GROUP: Json = {
    "deploymentConfigName": "own",
    "blueGreenDeploymentConfiguration": {
        "terminateBlueInstancesOnDeploymentSuccess": {"terminationWaitTimeInMinutes": 60},
        "deploymentReadyOption": {"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 60},
    },
    "autoRollbackConfiguration": {
        "enabled": True,
        "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST", "DEPLOYMENT_STOP_ON_ALARM"],
    },
    "alarmConfiguration": {
        "enabled": True,
        "alarms": [
            {"name": "shop-dev-web-blue-unhealthy"},
            {"name": "shop-dev-web-green-unhealthy"},
            {"name": "queue-age"},
        ],
    },
    "loadBalancerInfo": {
        "targetGroupPairInfoList": [
            {
                "targetGroups": [{"name": "shop-dev-web-green"}, {"name": "shop-dev-web-blue"}],
                "prodTrafficRoute": {"listenerArns": ["80"]},
                "testTrafficRoute": {"listenerArns": ["8443"]},
            }
        ]
    },
}
HOOKS = [{"BeforeInstall": LOOK}, {"AfterAllowTestTraffic": SMOKE_TEST}]


def _codedeploy_failures(
    group: Json, settings: LoadedEnvironment, hooks: list[Json] = HOOKS, steps: Json = STEPS
) -> list[str]:
    """Return what fails, where CodeDeploy answers ``group`` and ``steps``, and the build has ``hooks``."""
    variables = [{"name": "HOOKS", "value": json.dumps(hooks)}]
    config = {"deploymentConfigInfo": {"trafficRoutingConfig": steps}}
    listeners = [{"Port": port, "ListenerArn": str(port)} for port in (80, 8443)]
    clients = {
        "codedeploy": SimpleNamespace(
            get_deployment_group=lambda **_: {"deploymentGroupInfo": group}, get_deployment_config=lambda **_: config
        ),
        "codebuild": SimpleNamespace(
            batch_get_projects=lambda **_: {"projects": [{"environment": {"environmentVariables": variables}}]}
        ),
        "elbv2": SimpleNamespace(
            describe_load_balancers=lambda **_: {"LoadBalancers": [{"LoadBalancerArn": "balancer"}]},
            describe_listeners=lambda **_: {"Listeners": listeners},
        ),
    }
    aws = cast(EmulatedAws, SimpleNamespace(client=lambda service, _: clients[service]))
    return [each.about for each in release.check_codedeploy(aws, settings) if not each.passed]


def _ready(group: Json) -> Json:
    option: Json = group["blueGreenDeploymentConfiguration"]["deploymentReadyOption"]
    return option


def _pair(group: Json) -> Json:
    pair: Json = group["loadBalancerInfo"]["targetGroupPairInfoList"][0]
    return pair


@pytest.mark.parametrize(
    ("change", "about"),
    [
        (lambda group: None, None),
        (lambda group: group["alarmConfiguration"]["alarms"].pop(), "alarms that roll web back"),
        (lambda group: group["alarmConfiguration"].update(enabled=False), "alarms that roll web back"),
        (lambda group: group["autoRollbackConfiguration"]["events"].pop(), "what rolls web back"),
        (lambda group: group["autoRollbackConfiguration"].update(enabled=False), "what rolls web back"),
        (lambda group: _ready(group).update(actionOnTimeout="CONTINUE_DEPLOYMENT"), "how web's green is held"),
        (lambda group: _pair(group).pop("testTrafficRoute"), "listeners that a release of web moves"),
    ],
    ids=["same", "alarm", "alarms off", "event", "rollback off", "no hold", "no test route"],
)
def test_deployment_group_is_compared(change: Callable[[Json], object], about: str | None) -> None:
    group = copy.deepcopy(GROUP)
    change(group)
    assert _codedeploy_failures(group, _settings(CODEDEPLOY)) == ([about] if about else [])


@pytest.mark.parametrize(
    ("answers", "about"),
    [
        ({"steps": {"timeBasedCanary": {"canaryPercentage": 10, "canaryInterval": 5}}}, "web's pace"),
        ({"hooks": HOOKS[:1]}, "functions that a release of web calls"),
    ],
    ids=["pace", "hooks"],
)
def test_pace_and_hooks_are_compared(answers: dict[str, Any], about: str) -> None:
    assert _codedeploy_failures(GROUP, _settings(CODEDEPLOY), **answers) == [about]


def test_unwanted_test_listener_fails() -> None:
    group = copy.deepcopy(GROUP)
    group["blueGreenDeploymentConfiguration"]["deploymentReadyOption"] = {"actionOnTimeout": "CONTINUE_DEPLOYMENT"}
    untested = CODEDEPLOY.replace("smoke_test {}", "").replace("hold_minutes = 60", "")
    settings = _settings(untested, 'protocol = "http"\n  test_listener = false')
    assert _codedeploy_failures(group, settings, HOOKS[:1]) == ["listeners that a release of web moves"]
    del _pair(group)["testTrafficRoute"]
    assert _codedeploy_failures(group, settings, HOOKS[:1]) == []


ECS = f"""
  release {{
    engine            = "ecs"
    strategy          = "linear"
    percent           = 20
    interval_minutes  = 7
    keep_blue_minutes = 30
    smoke_test {{}}
    hooks {{ post_scale_up = "{LOOK}" }}
    alarms {{
      unhealthy_targets    = 0
      errors_percent       = 0
      latency_milliseconds = 0
      names                = ["queue-age"]
    }}
  }}
"""
DEPLOYMENT_CONFIGURATION: Json = {
    "strategy": "LINEAR",
    "bakeTimeInMinutes": 30,
    "linearConfiguration": {"stepPercent": 20.0, "stepBakeTimeInMinutes": 7},
    "alarms": {"alarmNames": ["queue-age"], "enable": True, "rollback": True},
    "lifecycleHooks": [
        {"hookTargetArn": LOOK, "lifecycleStages": ["POST_SCALE_UP"]},
        {"hookTargetArn": SMOKE_TEST, "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]},
    ],
}


def _ecs_failures(**changes: Any) -> list[str]:
    """Return what fails, where ECS answers with ``changes``."""
    answer = {"services": [{"deploymentConfiguration": {**DEPLOYMENT_CONFIGURATION, **changes}}]}
    client = SimpleNamespace(describe_services=lambda **_: answer)
    aws = cast(EmulatedAws, SimpleNamespace(client=lambda *_: client))
    return [each.about for each in release.check_ecs(aws, _settings(ECS)) if not each.passed]


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({}, None),
        ({"strategy": "ROLLING"}, "web's pace"),
        ({"bakeTimeInMinutes": 60}, "web's pace"),
        ({"linearConfiguration": None}, "web's pace"),
        ({"alarms": {**DEPLOYMENT_CONFIGURATION["alarms"], "rollback": False}}, "alarms that roll web back"),
        ({"alarms": None}, "alarms that roll web back"),
        ({"lifecycleHooks": DEPLOYMENT_CONFIGURATION["lifecycleHooks"][:1]}, "functions that a release of web calls"),
    ],
)
def test_deployment_configuration_of_ecs_is_compared(changes: Json, about: str | None) -> None:
    assert _ecs_failures(**changes) == ([about] if about else [])


def test_ecs_is_not_asked_about_a_service_of_codedeploy() -> None:
    assert list(release.check_ecs(cast(EmulatedAws, SimpleNamespace()), _settings(""))) == []


ALARMS = """
  release {
    strategy = "all_at_once"
    alarms {
      unhealthy_targets    = 2
      latency_milliseconds = 0
    }
  }
"""
UNHEALTHY, ERRORS = 2.0, 5.0


class InProcess:
    """An emulated AWS in this process, asked as the one that is served."""

    @cache  # noqa: B019  Reading a service's model takes longer than any test.
    def client(self, service: str, region: str) -> Any:
        session: Any = boto3.Session("test", "test", region_name=region)
        return session.client(service)


AWS = cast(EmulatedAws, InProcess())


@pytest.fixture
def aws() -> Iterator[None]:
    install()
    with mock_aws():
        _put_all_alarms()
        yield


def _put_alarm(color: str, kind: str, threshold: float, watched: str | None = None, minutes: int = 3) -> None:
    group = {"Name": "TargetGroup", "Value": f"targetgroup/{watched or f'shop-dev-web-{color}'}/0123456789abcdef"}
    AWS.client("cloudwatch", REGION).put_metric_alarm(
        AlarmName=f"shop-dev-web-{color}-{kind}",
        Namespace="AWS/ApplicationELB",
        MetricName="UnHealthyHostCount",
        Dimensions=[{"Name": "LoadBalancer", "Value": "app/shop-dev/0123456789abcdef"}, group],
        Statistic="Maximum",
        Period=60,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        Threshold=threshold,
        EvaluationPeriods=minutes,
        DatapointsToAlarm=minutes,
        TreatMissingData="notBreaching",
    )


def _put_all_alarms() -> None:
    for color in ("blue", "green"):
        _put_alarm(color, "unhealthy", UNHEALTHY)
        _put_alarm(color, "errors", ERRORS)


def _alarm_failures(service: str = ALARMS) -> list[str]:
    return [str(each) for each in release.check(AWS, _settings(service)) if not each.passed]


@pytest.mark.usefixtures("aws")
def test_alarms_as_in_the_settings_pass() -> None:
    AWS.client("cloudwatch", REGION).put_metric_alarm(
        AlarmName="shop-dev-web-admin-requests", ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1
    )
    assert _alarm_failures() == []


@pytest.mark.usefixtures("aws")
def test_missing_and_unexpected_alarms_fail() -> None:
    AWS.client("cloudwatch", REGION).delete_alarms(AlarmNames=["shop-dev-web-green-errors"])
    assert any("thresholds of web's alarms" in failure for failure in _alarm_failures())
    _put_alarm("green", "errors", ERRORS)
    _put_alarm("green", "latency", 3.0)
    assert any("thresholds of web's alarms" in failure for failure in _alarm_failures())


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({"threshold": 1.0}, "thresholds of web's alarms"),
        ({"minutes": 1}, "minutes of shop-dev-web-green-unhealthy"),
        ({"watched": "shop-dev-web-blue"}, "what shop-dev-web-green-unhealthy watches"),
    ],
)
def test_changed_alarm_fails(changes: dict[str, Any], about: str) -> None:
    _put_alarm("green", "unhealthy", **{"threshold": UNHEALTHY, **changes})
    (failure,) = _alarm_failures()
    assert failure.startswith(about)


@pytest.mark.usefixtures("aws")
def test_missing_smoke_test_fails() -> None:
    (failure,) = _alarm_failures(ALARMS.replace("alarms", "smoke_test {}\n    alarms"))
    assert failure == "web's smoke test: the settings say True, AWS says False"
