"""There are tasks enough to lose one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.scaling_target import CHECK
from tests.unit.policy.rules.parts import drop, put, together
from tests.unit.policy.rules.shipped import Json, failed, judged

TARGET = "aws_appautoscaling_target.service-api_scaling_target"
NIGHT = "aws_appautoscaling_scheduled_action.service-api_scaling_at-day"


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            put(TARGET, "min_capacity", 1), "min_capacity is 1, and production needs 2 to lose one", id="one task"
        ),
        pytest.param(put(TARGET, "max_capacity", 2), "max_capacity 2 is less than min_capacity 3", id="upside down"),
        pytest.param(drop(TARGET, "min_capacity"), "min_capacity and max_capacity are not both numbers", id="unsaid"),
        pytest.param(
            together(put(TARGET, "min_capacity", "1"), put(TARGET, "max_capacity", "1")),
            "min_capacity is 1, and production needs 2 to lose one; max_capacity is 1, and production needs 2 to lose one",
            id="one at most",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {TARGET: message}


def test_a_schedule_leaves_two_as_well() -> None:
    assert failed(CHECK, "prod", put(NIGHT, "scalable_target_action.min_capacity", "0")) == {
        NIGHT: "min_capacity is 0, and production needs 2 to lose one"
    }
    assert failed(CHECK, "prod", put(NIGHT, "scalable_target_action.max_capacity", "2")) == {
        NIGHT: "max_capacity 2 is less than min_capacity 3"
    }


def test_a_schedule_may_leave_a_limit_as_it_is() -> None:
    assert not failed(CHECK, "prod", drop(NIGHT, "scalable_target_action.min_capacity"))


def test_one_task_is_enough_where_nobody_depends_on_it() -> None:
    assert judged(CHECK, "dev") == {"aws_appautoscaling_target.service-web_scaling_target": ""}
