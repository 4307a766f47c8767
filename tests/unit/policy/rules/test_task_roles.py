"""What starts a task and what runs in it have two roles."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.task_roles import CHECK
from tests.unit.policy.rules.parts import TASK, drop, put
from tests.unit.policy.rules.shipped import Json, failed, judged

EXECUTION = "${aws_iam_role.service-web_roles_execution_role.arn}"


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(drop(TASK, "task_role_arn"), "it has no task_role_arn", id="no role"),
        pytest.param(drop(TASK, "execution_role_arn"), "it has no execution_role_arn", id="no execution role"),
        pytest.param(
            put(TASK, "task_role_arn", EXECUTION),
            "task_role_arn and execution_role_arn are the same role",
            id="one for both",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {TASK: message}
