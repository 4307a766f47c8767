"""Green either waits for somebody, or takes the traffic at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.release_ready import CHECK
from tests.unit.policy.rules.parts import GROUP, drop, put
from tests.unit.policy.rules.shipped import Json, failed, judged

READY = "blue_green_deployment_config.deployment_ready_option"


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            put(GROUP, READY, {"action_on_timeout": "STOP_DEPLOYMENT"}),
            "STOP_DEPLOYMENT needs a wait_time_in_minutes above 0",
            id="stop at once",
        ),
        pytest.param(
            put(GROUP, READY, {"action_on_timeout": "STOP_DEPLOYMENT", "wait_time_in_minutes": 0}),
            "STOP_DEPLOYMENT needs a wait_time_in_minutes above 0",
            id="stop after nothing",
        ),
        pytest.param(
            put(GROUP, READY, {"action_on_timeout": "CONTINUE_DEPLOYMENT", "wait_time_in_minutes": 5}),
            "CONTINUE_DEPLOYMENT does not wait, but wait_time_in_minutes is 5",
            id="go on later",
        ),
        pytest.param(
            drop(GROUP, READY), "action_on_timeout is missing, not STOP_DEPLOYMENT or CONTINUE_DEPLOYMENT", id="unsaid"
        ),
        pytest.param(
            put(GROUP, READY, {"action_on_timeout": "WAIT"}),
            "action_on_timeout is WAIT, not STOP_DEPLOYMENT or CONTINUE_DEPLOYMENT",
            id="unknown",
        ),
        pytest.param(
            put(GROUP, READY, {"action_on_timeout": "STOP_DEPLOYMENT", "wait_time_in_minutes": "long"}),
            "wait_time_in_minutes is long, which is no number",
            id="no number",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {GROUP: message}


@pytest.mark.parametrize(
    "option",
    [
        {"action_on_timeout": "STOP_DEPLOYMENT", "wait_time_in_minutes": 30},
        {"action_on_timeout": "STOP_DEPLOYMENT", "wait_time_in_minutes": "30"},
        {"action_on_timeout": "CONTINUE_DEPLOYMENT", "wait_time_in_minutes": 0},
    ],
)
def test_both_pairs_may_be(option: Json) -> None:
    assert not failed(CHECK, "prod", put(GROUP, READY, option))
