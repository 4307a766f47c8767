from __future__ import annotations

from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.plan import changes
from tealform.plan.changes import Change
from tests.unit.plan.plans import change, plan


def _plan(*actions: str, before: Any = None, after: Any = None, unknown: Any = None) -> dict[str, Any]:
    change = {"actions": list(actions), "before": before, "after": after, "after_unknown": unknown or {}}
    return {"resource_changes": [{"address": "aws_vpc.main", "change": change}]}


@pytest.mark.parametrize("actions", [("no-op",), ("read",)])
def test_nothing_to_do_is_no_change(actions: tuple[str, ...]) -> None:
    assert changes.from_plan(_plan(*actions, before={"a": 1}, after={"a": 1})) == []


def test_update_names_the_attributes_that_differ() -> None:
    planned = _plan("update", before={"a": 1, "b": 2, "c": 3}, after={"a": 1, "b": 9}, unknown={"c": True})
    assert changes.from_plan(planned) == [Change("aws_vpc.main", "update", ("b", "c"))]


@pytest.mark.parametrize("actions", [("delete", "create"), ("create", "delete")])
def test_replacement_is_one_change_in_either_order(actions: tuple[str, ...]) -> None:
    (found,) = changes.from_plan(_plan(*actions, before={"a": 1}, after={"a": 2}))
    assert str(found) == "replace aws_vpc.main: a"


@pytest.mark.parametrize(("action", "word"), [("create", "create"), ("delete", "destroy")])
def test_whole_resources_need_no_attributes(action: str, word: str) -> None:
    assert changes.from_plan(_plan(action, after={"a": 1})) == [Change("aws_vpc.main", word)]


def test_outputs_count_and_come_in_order() -> None:
    planned = _plan("create") | {"output_changes": {"url": {"actions": ["update"]}, "same": {"actions": ["no-op"]}}}
    assert [each.address for each in changes.from_plan(planned)] == ["aws_vpc.main", "output.url"]


def test_replacement_says_what_cannot_be_changed_and_which_comes_first() -> None:
    planned = _plan("delete", "create", before={"port": 1}, after={"port": 2})
    (entry,) = planned["resource_changes"]
    entry["action_reason"] = "replace_because_cannot_update"
    entry["change"]["replace_paths"] = [["port"], ["health_check", 0, "path"]]
    (found,) = changes.from_plan(planned)
    assert (found.reason, found.because) == ("replace_because_cannot_update", ("port", "health_check.0.path"))
    assert found.destroys_first
    entry["change"]["actions"] = ["create", "delete"]
    assert not changes.from_plan(planned)[0].destroys_first


def test_what_the_provider_knows_by_two_names_has_one_type() -> None:
    types = ("aws_alb", "aws_alb_listener_rule", "aws_albatross", "aws_lb")
    found = changes.from_plan(plan(*(change("delete", address=f"{each}.mine") for each in types)))
    told = {each.address: each.type for each in found}
    assert told == {
        "aws_alb.mine": "aws_lb",
        "aws_alb_listener_rule.mine": "aws_lb_listener_rule",
        "aws_albatross.mine": "aws_albatross",
        "aws_lb.mine": "aws_lb",
    }


def test_action_that_nobody_knows_is_not_passed_over() -> None:
    with pytest.raises(TealformError, match=r"aws_vpc\.main: the plan wants teleport"):
        changes.from_plan(_plan("teleport"))


def test_drift_is_no_change() -> None:
    drift = _plan("update", before={"a": 1}, after={"a": 2})["resource_changes"]
    assert changes.from_plan(_plan("no-op") | {"resource_drift": drift}) == []
