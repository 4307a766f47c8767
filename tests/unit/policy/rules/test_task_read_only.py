"""A container cannot change its own programs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.task_read_only import CHECK
from tests.unit.policy.rules.parts import TASK, contain, put
from tests.unit.policy.rules.shipped import Json, failed, judged


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            contain(readonlyRootFilesystem=False), "container web has a writable root file system", id="writable"
        ),
        pytest.param(contain(readonlyRootFilesystem=None), "container web has a writable root file system", id="null"),
        pytest.param(
            contain(readonlyRootFilesystem="true"), "container web has a writable root file system", id="a text"
        ),
        pytest.param(
            put(TASK, "container_definitions", '[{"name": "web"}]'),
            "container web has a writable root file system",
            id="unsaid",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {TASK: message}
