"""What AWS tells of a release is held against the settings: each test has one thing that is not as they say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from tealform.settings.loader import LoadedEnvironment
from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.aws_emulator.services import install
from tealform_harness.verify.assertions import release
from tests import support

REGION = "eu-west-1"
WATCHED = """
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


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    install()
    with mock_aws():
        yield


def _settings(service: str = WATCHED) -> LoadedEnvironment:
    return support.settings(support.environment(service=service), "dev")


def _alarm(colour: str, kind: str, threshold: float, watched: str | None = None, minutes: int = 3) -> None:
    group = {"Name": "TargetGroup", "Value": f"targetgroup/{watched or f'shop-dev-web-{colour}'}/0123456789abcdef"}
    AWS.client("cloudwatch", REGION).put_metric_alarm(
        AlarmName=f"shop-dev-web-{colour}-{kind}",
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


def _all_alarms() -> None:
    for colour in ("blue", "green"):
        _alarm(colour, "unhealthy", UNHEALTHY)
        _alarm(colour, "errors", ERRORS)


def _wrong(settings: LoadedEnvironment) -> list[str]:
    return [str(fact) for fact in release.facts(AWS, settings) if not fact.holds]


def test_alarms_as_the_settings_say_hold() -> None:
    _all_alarms()
    AWS.client("cloudwatch", REGION).put_metric_alarm(
        AlarmName="shop-dev-web-admin-requests", ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1
    )
    assert _wrong(_settings()) == []


def test_an_alarm_that_is_missing_or_too_many_is_told() -> None:
    _all_alarms()
    AWS.client("cloudwatch", REGION).delete_alarms(AlarmNames=["shop-dev-web-green-errors"])
    assert any("thresholds of web's alarms" in wrong for wrong in _wrong(_settings()))
    _alarm("green", "errors", ERRORS)
    _alarm("green", "latency", 3.0)
    assert any("thresholds of web's alarms" in wrong for wrong in _wrong(_settings()))


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({"threshold": 1.0}, "thresholds of web's alarms"),
        ({"minutes": 1}, "minutes of shop-dev-web-green-unhealthy"),
        ({"watched": "shop-dev-web-blue"}, "what shop-dev-web-green-unhealthy watches"),
    ],
)
def test_an_alarm_of_another_kind_is_told(changes: dict[str, Any], about: str) -> None:
    _all_alarms()
    _alarm("green", "unhealthy", **{"threshold": UNHEALTHY, **changes})
    (wrong,) = _wrong(_settings())
    assert wrong.startswith(about)


def test_a_smoke_test_that_is_not_there_is_told() -> None:
    _all_alarms()
    tested = _settings(WATCHED.replace("alarms", "smoke_test {}\n    alarms"))
    (wrong,) = _wrong(tested)
    assert wrong == "web's smoke test: the settings say True, AWS says False"
