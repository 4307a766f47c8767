"""Terraform leaves alone where a release has turned the traffic."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.listener_ownership import CHECK
from tests.unit.policy.rules.parts import BLUE, PRODUCTION, PRODUCTION_RULE, by_ecs, drop, put, together
from tests.unit.policy.rules.shipped import Json, failed, judged


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(drop(PRODUCTION_RULE, "lifecycle"), "lifecycle.ignore_changes lacks action", id="no lifecycle"),
        pytest.param(
            put(PRODUCTION_RULE, "lifecycle.ignore_changes", ["tags"]),
            "lifecycle.ignore_changes lacks action; lifecycle.ignore_changes has tags, which nobody else changes",
            id="something else",
        ),
        pytest.param(
            put(PRODUCTION_RULE, "lifecycle.ignore_changes", ["action", "condition"]),
            "lifecycle.ignore_changes has condition, which nobody else changes",
            id="more",
        ),
        pytest.param(
            together(by_ecs, drop(PRODUCTION_RULE, "lifecycle")), "lifecycle.ignore_changes lacks action", id="with ecs"
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {PRODUCTION_RULE: message}


def test_a_listener_that_leads_to_a_service_is_turned_too() -> None:
    forward = put(PRODUCTION, "default_action", {"type": "forward", "target_group_arn": f"${{{BLUE}.arn}}"})
    assert failed(CHECK, "prod", forward) == {PRODUCTION: "lifecycle.ignore_changes lacks default_action"}
    ignoring = put(PRODUCTION, "lifecycle", {"ignore_changes": ["default_action"]})
    assert not failed(CHECK, "prod", together(forward, ignoring))


def test_weighted_target_groups_count() -> None:
    weighted = {"type": "forward", "forward": [{"target_group": [{"arn": f"${{{BLUE}.arn}}", "weight": 100}]}]}
    change = together(put(PRODUCTION_RULE, "action", [weighted]), drop(PRODUCTION_RULE, "lifecycle"))
    assert failed(CHECK, "prod", change) == {PRODUCTION_RULE: "lifecycle.ignore_changes lacks action"}


def test_a_listener_that_no_release_turns_ignores_nothing() -> None:
    change = put(PRODUCTION, "lifecycle", {"ignore_changes": ["default_action"]})
    message = "lifecycle.ignore_changes has default_action, which nobody else changes"
    assert failed(CHECK, "prod", change) == {PRODUCTION: message}
