from __future__ import annotations

from typing import Any

import pytest

from harness.proof import changes
from harness.proof.changes import Change


def _plan(*actions: str, before: Any = None, after: Any = None, unknown: Any = None) -> dict[str, Any]:
    change = {"actions": list(actions), "before": before, "after": after, "after_unknown": unknown or {}}
    return {"resource_changes": [{"address": "aws_vpc.main", "change": change}]}


@pytest.mark.parametrize("actions", [("no-op",), ("read",)])
def test_nothing_to_do_is_no_change(actions: tuple[str, ...]) -> None:
    assert changes.of(_plan(*actions, before={"a": 1}, after={"a": 1})) == []


def test_update_names_the_attributes_that_differ() -> None:
    plan = _plan("update", before={"a": 1, "b": 2, "c": 3}, after={"a": 1, "b": 9}, unknown={"c": True})
    assert changes.of(plan) == [Change("aws_vpc.main", "update", ("b", "c"))]


@pytest.mark.parametrize("actions", [("delete", "create"), ("create", "delete")])
def test_replacement_is_one_change_in_either_order(actions: tuple[str, ...]) -> None:
    (change,) = changes.of(_plan(*actions, before={"a": 1}, after={"a": 2}))
    assert str(change) == "replace aws_vpc.main: a"


@pytest.mark.parametrize(("action", "word"), [("create", "create"), ("delete", "destroy")])
def test_whole_resources_need_no_attributes(action: str, word: str) -> None:
    assert changes.of(_plan(action, after={"a": 1})) == [Change("aws_vpc.main", word)]


def test_outputs_count_and_come_in_order() -> None:
    plan = _plan("create") | {"output_changes": {"url": {"actions": ["update"]}, "same": {"actions": ["no-op"]}}}
    assert [change.address for change in changes.of(plan)] == ["aws_vpc.main", "output.url"]
