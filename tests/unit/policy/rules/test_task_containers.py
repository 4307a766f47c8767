"""The containers of a task definition can be read, and one is essential."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.task_containers import CHECK
from tests.unit.policy.rules.parts import TASK, contain, drop, put
from tests.unit.policy.rules.shipped import Json, failed, judged


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            drop(TASK, "container_definitions"),
            "its container_definitions are no JSON list of objects that can be read here",
            id="none",
        ),
        pytest.param(
            put(TASK, "container_definitions", "[{"),
            "its container_definitions are no JSON list of objects that can be read here",
            id="no JSON",
        ),
        pytest.param(
            put(TASK, "container_definitions", "${jsonencode(local.containers)}"),
            "its container_definitions are no JSON list of objects that can be read here",
            id="a function",
        ),
        pytest.param(
            put(TASK, "container_definitions", "{}"),
            "its container_definitions are no JSON list of objects that can be read here",
            id="an object",
        ),
        pytest.param(
            put(TASK, "container_definitions", [{"name": "web"}]),
            "its container_definitions are no JSON list of objects that can be read here",
            id="no text",
        ),
        pytest.param(put(TASK, "container_definitions", "[]"), "it has no essential container", id="empty"),
        pytest.param(contain(essential=False), "it has no essential container", id="none essential"),
        pytest.param(contain(name=""), "its containers have no names of their own", id="no name"),
        pytest.param(contain(image=""), "container web has no image", id="no image"),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {TASK: message}


def test_essential_is_the_default() -> None:
    assert not failed(CHECK, "prod", put(TASK, "container_definitions", '[{"name": "web", "image": "nginx"}]'))
