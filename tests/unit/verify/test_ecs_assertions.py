"""What ECS tells of its own blue/green is held against the settings."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.verify.assertions import ecs
from tests import support

Json = dict[str, Any]

LOOK = "arn:aws:lambda:eu-west-1:123456789012:function:look"
SMOKE_TEST = "arn:aws:lambda:eu-west-1:123456789012:function:shop-dev-web-smoke-test"
WATCHED = f"""
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
TOLD: Json = {
    "strategy": "LINEAR",
    "bakeTimeInMinutes": 30,
    "linearConfiguration": {"stepPercent": 20.0, "stepBakeTimeInMinutes": 7},
    "alarms": {"alarmNames": ["queue-age"], "enable": True, "rollback": True},
    "lifecycleHooks": [
        {"hookTargetArn": LOOK, "lifecycleStages": ["POST_SCALE_UP"]},
        {"hookTargetArn": SMOKE_TEST, "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]},
    ],
}


def _wrong(**changes: Any) -> list[str]:
    """What does not hold, where ECS tells of something else in the place of ``changes``."""
    answer = {"services": [{"deploymentConfiguration": {**TOLD, **changes}}]}
    client = SimpleNamespace(describe_services=lambda **_: answer)
    aws = cast(EmulatedAws, SimpleNamespace(client=lambda *_: client))
    settings = support.settings(support.environment(service=WATCHED), "dev")
    return [fact.about for fact in ecs.facts(aws, settings) if not fact.holds]


def test_a_service_as_the_settings_say_holds() -> None:
    assert _wrong() == []


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({"strategy": "ROLLING"}, "web's pace"),
        ({"bakeTimeInMinutes": 60}, "web's pace"),
        ({"linearConfiguration": None}, "web's pace"),
        ({"alarms": {**TOLD["alarms"], "rollback": False}}, "alarms that roll web back"),
        ({"alarms": None}, "alarms that roll web back"),
        ({"lifecycleHooks": TOLD["lifecycleHooks"][:1]}, "functions that a release of web calls"),
    ],
)
def test_a_service_that_is_otherwise_is_told(changes: Json, about: str) -> None:
    assert _wrong(**changes) == [about]


def test_a_service_of_codedeploy_is_not_asked() -> None:
    aws = cast(EmulatedAws, SimpleNamespace())
    settings = support.settings(support.environment(), "dev")
    assert list(ecs.facts(aws, settings)) == []
