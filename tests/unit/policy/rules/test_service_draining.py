"""Requests that are under way are answered."""

from __future__ import annotations

import pytest

from tealform.policy.check import evaluate
from tealform.policy.environment import Environment
from tealform.policy.rules.service_draining import CHECK
from tests.unit.policy.rules.parts import BLUE, GREEN, drop, put, together
from tests.unit.policy.rules.shipped import document, failed, judged


def test_production_is_as_it_wants_it() -> None:
    assert not any(judged(CHECK, "prod").values())


@pytest.mark.parametrize("delay", [0, "0"])
def test_requests_that_are_cut_off_are_told(delay: object) -> None:
    change = together(*(put(group, "deregistration_delay", delay) for group in (BLUE, GREEN)))
    message = "its deregistration_delay is 0: whoever is being answered when a task leaves is cut off"
    assert failed(CHECK, "prod", change) == {BLUE: message, GREEN: message}


def test_what_is_not_said_is_five_minutes() -> None:
    assert not failed(CHECK, "prod", drop(BLUE, "deregistration_delay"))


def test_where_nobody_depends_on_it_a_release_may_be_quick() -> None:
    dev = document("dev")
    put(BLUE, "deregistration_delay", "0")(dev)
    assert not evaluate(Environment("dev", dev), [CHECK]).findings
