"""A task that starts is not stopped for that."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.check import evaluate
from tealform.policy.environment import Environment
from tealform.policy.rules.service_grace import CHECK
from tests.unit.policy.rules.parts import SERVICE, drop, put, together
from tests.unit.policy.rules.shipped import Json, document, failed, judged

GRACE = "health_check_grace_period_seconds"


def test_production_is_as_it_wants_it() -> None:
    assert not any(judged(CHECK, "prod").values())


@pytest.mark.parametrize("change", [put(SERVICE, GRACE, 0), put(SERVICE, GRACE, "0"), drop(SERVICE, GRACE)])
def test_no_time_to_start_is_told(change: Callable[[Json], None]) -> None:
    assert failed(CHECK, "prod", change) == {
        SERVICE: "health_check_grace_period_seconds is 0: a task is stopped for being unhealthy while it still starts"
    }


def test_without_a_load_balancer_there_are_no_such_checks() -> None:
    assert SERVICE not in judged(CHECK, "prod", together(put(SERVICE, GRACE, 0), drop(SERVICE, "load_balancer")))


def test_where_nobody_depends_on_it_a_task_may_be_stopped() -> None:
    dev = document("dev")
    put(SERVICE, GRACE, 0)(dev)
    assert not evaluate(Environment("dev", dev), [CHECK]).findings
