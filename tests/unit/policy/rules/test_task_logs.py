"""What a container says is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.task_logs import CHECK
from tests.unit.policy.rules.parts import TASK, contain
from tests.unit.policy.rules.shipped import Json, failed, judged


def to(group: str) -> Callable[[Json], None]:
    return contain(logConfiguration={"logDriver": "awslogs", "options": {"awslogs-group": group}})


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            contain(logConfiguration=None),
            "container web has no logConfiguration with logDriver awslogs and an awslogs-group",
            id="nothing",
        ),
        pytest.param(
            contain(logConfiguration={"logDriver": "json-file"}),
            "container web has no logConfiguration with logDriver awslogs and an awslogs-group",
            id="elsewhere",
        ),
        pytest.param(
            contain(logConfiguration={"logDriver": "awslogs", "options": {}}),
            "container web has no logConfiguration with logDriver awslogs and an awslogs-group",
            id="no group",
        ),
        pytest.param(
            to("/shop/other/web"),
            "container web logs to /shop/other/web, which is no log group of this environment",
            id="another group",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {TASK: message}


def test_the_group_may_be_named_by_reference() -> None:
    assert not failed(CHECK, "prod", to("${aws_cloudwatch_log_group.service-web_logs_group.name}"))
