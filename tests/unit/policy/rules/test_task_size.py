"""A task is of a size that Fargate has."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.task_size import CHECK
from tests.unit.policy.rules.parts import TASK, drop, put
from tests.unit.policy.rules.shipped import Json, failed, judged


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            put(TASK, "cpu", "300"), "its cpu is 300; Fargate has 256, 512, 1024, 2048, 4096, 8192, 16384", id="cpu"
        ),
        pytest.param(
            drop(TASK, "cpu"),
            "its cpu is missing; Fargate has 256, 512, 1024, 2048, 4096, 8192, 16384",
            id="cpu unsaid",
        ),
        pytest.param(
            put(TASK, "memory", "512"),
            "its memory is 512; with cpu 512 Fargate has 1024 to 4096 MiB, in steps of 1024",
            id="memory",
        ),
        pytest.param(
            put(TASK, "memory", 1500),
            "its memory is 1500; with cpu 512 Fargate has 1024 to 4096 MiB, in steps of 1024",
            id="between",
        ),
        pytest.param(
            put(TASK, "requires_compatibilities", ["EC2"]),
            "its requires_compatibilities lack FARGATE",
            id="for machines",
        ),
        pytest.param(
            drop(TASK, "requires_compatibilities"), "its requires_compatibilities lack FARGATE", id="for anything"
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {TASK: message}
