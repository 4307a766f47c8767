"""Terraform leaves the limits to the schedules, where there are some."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.scaling_ownership import CHECK
from tests.unit.policy.rules.parts import drop, put
from tests.unit.policy.rules.shipped import Json, failed, judged

TARGET = "aws_appautoscaling_target.service-api_scaling_target"
UNSCHEDULED = "aws_appautoscaling_target.service-web_scaling_target"


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            drop(TARGET, "lifecycle"), "lifecycle.ignore_changes lacks max_capacity, min_capacity", id="no lifecycle"
        ),
        pytest.param(
            put(TARGET, "lifecycle.ignore_changes", ["min_capacity"]),
            "lifecycle.ignore_changes lacks max_capacity",
            id="one of two",
        ),
        pytest.param(
            put(TARGET, "lifecycle.ignore_changes", ["min_capacity", "max_capacity", "resource_id"]),
            "lifecycle.ignore_changes has resource_id, which nobody else changes",
            id="more",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {TARGET: message}


def test_without_schedules_the_limits_are_terraforms() -> None:
    change = put(UNSCHEDULED, "lifecycle", {"ignore_changes": ["min_capacity"]})
    assert failed(CHECK, "prod", change) == {
        UNSCHEDULED: "lifecycle.ignore_changes has min_capacity, which nobody else changes"
    }
