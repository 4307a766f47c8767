from __future__ import annotations

from typing import Any

import pytest

from harness.errors import HarnessError
from harness.plan import changes
from harness.plan.changes import Change


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


def test_replacement_says_what_cannot_be_changed_and_which_comes_first() -> None:
    plan = _plan("delete", "create", before={"port": 1}, after={"port": 2})
    (entry,) = plan["resource_changes"]
    entry["action_reason"] = "replace_because_cannot_update"
    entry["change"]["replace_paths"] = [["port"], ["health_check", 0, "path"]]
    (change,) = changes.of(plan)
    assert (change.reason, change.because) == ("replace_because_cannot_update", ("port", "health_check.0.path"))
    assert change.destroys_first
    entry["change"]["actions"] = ["create", "delete"]
    assert not changes.of(plan)[0].destroys_first


def test_action_that_nobody_knows_is_not_passed_over() -> None:
    with pytest.raises(HarnessError, match=r"aws_vpc\.main: the plan wants teleport"):
        changes.of(_plan("teleport"))


def test_drift_is_told_apart() -> None:
    plan = _plan("no-op")
    plan["resource_drift"] = _plan("update", before={"a": 1}, after={"a": 2})["resource_changes"]
    assert (changes.of(plan), [str(each) for each in changes.drift(plan)]) == ([], ["update aws_vpc.main: a"])
