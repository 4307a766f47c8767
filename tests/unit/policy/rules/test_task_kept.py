"""The revision that tasks were started from stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.check import evaluate
from tealform.policy.environment import Environment
from tealform.policy.rules.task_kept import CHECK
from tests.unit.policy.rules.parts import TASK, drop, put
from tests.unit.policy.rules.shipped import Json, document, failed, judged


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            put(TASK, "skip_destroy", False),
            "skip_destroy is not true: a change deregisters the revision that the service may still run",
            id="taken away",
        ),
        pytest.param(
            drop(TASK, "skip_destroy"),
            "skip_destroy is not true: a change deregisters the revision that the service may still run",
            id="unsaid",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "staging", change) == {TASK: message}


def test_what_may_be_taken_down_whole_keeps_nothing() -> None:
    assert not evaluate(Environment("dev", document("dev")), [CHECK]).judged
