"""What CodeDeploy tells is held against the settings: each test has one thing that is not as they say."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tealform.settings.loader import LoadedEnvironment
from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.verify.assertions import codedeploy
from tests import support

Json = dict[str, Any]

LOOK = "arn:aws:lambda:eu-west-1:123456789012:function:look"
SMOKE_TEST = "arn:aws:lambda:eu-west-1:123456789012:function:shop-dev-web-smoke-test"
WATCHED = f"""
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
UNTESTED = WATCHED.replace("smoke_test {}", "").replace("hold_minutes = 60", "")

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


def _settings(service: str = WATCHED, balancer: str = 'protocol = "http"') -> LoadedEnvironment:
    return support.settings(support.environment(service=service, load_balancer=balancer), "dev")


def _wrong(group: Json, hooks: list[Json], settings: LoadedEnvironment, steps: Json = STEPS) -> list[str]:
    """What does not hold, where CodeDeploy tells of ``group`` and the build of ``hooks``."""
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
    return [fact.about for fact in codedeploy.facts(aws, settings) if not fact.holds]


HOOKS = [{"BeforeInstall": LOOK}, {"AfterAllowTestTraffic": SMOKE_TEST}]


def test_a_group_as_the_settings_say_holds() -> None:
    assert _wrong(GROUP, HOOKS, _settings()) == []


@pytest.mark.parametrize(
    ("change", "about"),
    [
        (lambda group: group["alarmConfiguration"]["alarms"].pop(), "alarms that roll web back"),
        (lambda group: group["alarmConfiguration"].update(enabled=False), "alarms that roll web back"),
        (lambda group: group["autoRollbackConfiguration"]["events"].pop(), "what rolls web back"),
        (lambda group: group["autoRollbackConfiguration"].update(enabled=False), "what rolls web back"),
        (
            lambda group: group["blueGreenDeploymentConfiguration"]["deploymentReadyOption"].update(
                actionOnTimeout="CONTINUE_DEPLOYMENT"
            ),
            "how web's green is held",
        ),
        (
            lambda group: group["loadBalancerInfo"]["targetGroupPairInfoList"][0].pop("testTrafficRoute"),
            "listeners that a release of web moves",
        ),
    ],
)
def test_a_group_that_is_otherwise_is_told(change: Callable[[Json], object], about: str) -> None:
    group = copy.deepcopy(GROUP)
    change(group)
    assert _wrong(group, HOOKS, _settings()) == [about]


def test_another_pace_is_told() -> None:
    steps = {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 10, "canaryInterval": 5}}
    assert _wrong(GROUP, HOOKS, _settings(), steps) == ["web's pace"]


def test_a_hook_that_no_release_calls_is_told() -> None:
    assert _wrong(GROUP, HOOKS[:1], _settings()) == ["functions that a release of web calls"]


def test_a_test_listener_that_nobody_wanted_is_told() -> None:
    group = copy.deepcopy(GROUP)
    group["blueGreenDeploymentConfiguration"]["deploymentReadyOption"] = {"actionOnTimeout": "CONTINUE_DEPLOYMENT"}
    settings = _settings(UNTESTED, 'protocol = "http"\n  test_listener = false')
    assert _wrong(group, HOOKS[:1], settings) == ["listeners that a release of web moves"]
    del group["loadBalancerInfo"]["targetGroupPairInfoList"][0]["testTrafficRoute"]
    assert _wrong(group, HOOKS[:1], settings) == []
