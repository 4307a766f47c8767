"""Blue is there until people and alarms could have said no."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.check import evaluate
from tealform.policy.environment import Environment
from tealform.policy.rules.release_keeps_blue import CHECK
from tests.unit.policy.rules.parts import GROUP, SERVICE, by_ecs, drop, put, together
from tests.unit.policy.rules.shipped import Json, document, failed, judged

KEPT = "blue_green_deployment_config.terminate_blue_instances_on_deployment_success.termination_wait_time_in_minutes"
BAKED = "deployment_configuration.bake_time_in_minutes"
ALARM = "aws_cloudwatch_metric_alarm.service-web_alarms_errors-green"


@pytest.mark.parametrize("name", ["prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            put(GROUP, KEPT, 0),
            "blue is kept for no time at all, and 15 minutes are needed: people need as long to look",
            id="not at all",
        ),
        pytest.param(
            drop(GROUP, KEPT),
            "blue is kept for no time at all, and 15 minutes are needed: people need as long to look",
            id="unsaid",
        ),
        pytest.param(
            put(GROUP, KEPT, 14),
            "blue is kept for 14 minutes, and 15 minutes are needed: people need as long to look",
            id="short",
        ),
        pytest.param(
            together(put(GROUP, KEPT, 34), put(ALARM, "evaluation_periods", 30)),
            "blue is kept for 34 minutes, and 35 minutes are needed: its slowest alarm takes 30",
            id="shorter than an alarm",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {GROUP: message}


@pytest.mark.parametrize("minutes", [15, "15"])
def test_a_quarter_of_an_hour_is_enough(minutes: object) -> None:
    assert not failed(CHECK, "prod", put(GROUP, KEPT, minutes))


def test_it_is_asked_where_people_depend_on_it() -> None:
    evaluation = evaluate(Environment("dev", document("dev")), [CHECK])
    assert not evaluation.judged
    assert evaluate(Environment("dev", document("dev"), protected=True), [CHECK]).findings


def test_ecs_keeps_it_in_its_bake_time() -> None:
    assert not failed(CHECK, "prod", by_ecs)
    assert failed(CHECK, "prod", together(by_ecs, put(SERVICE, BAKED, "5"))) == {
        SERVICE: "blue is kept for 5 minutes, and 15 minutes are needed: people need as long to look"
    }
