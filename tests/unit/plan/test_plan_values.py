from __future__ import annotations

from typing import Any

import pytest

from tealform.plan.attribute_diff import diff, diff_at
from tealform.plan.plan_values import LATER, format_value, mark


def _told(before: Any, after: Any) -> list[str]:
    return [str(each) for each in diff(mark(before, None, None), mark(after, None, None))]


def test_difference_is_told_at_the_deepest_place() -> None:
    before = {"name": "web", "health_check": [{"path": "/", "interval": 15}]}
    after = {"name": "web", "health_check": [{"path": "/health", "interval": 15}]}
    assert _told(before, after) == ['health_check.path: "/" -> "/health"']


@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_one_way_of_saying_nothing_for_another_is_no_difference(nothing: Any) -> None:
    assert _told({"tags": nothing}, {"tags": {}}) == []


def test_switch_and_zero_that_change_are_differences() -> None:
    assert _told({"internal": False, "max": 4}, {"internal": None, "max": 0}) == [
        "internal: false -> unset",
        "max: 4 -> 0",
    ]


def test_elements_of_lists_are_told_by_name_or_place() -> None:
    variables = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    others = [{"name": "B", "value": "3"}, {"name": "A", "value": "1"}]
    assert _told({"variable": variables}, {"variable": others}) == ['variable[B].value: "2" -> "3"']
    assert _told({"rule": [{"port": 1}, {"port": 2}]}, {"rule": [{"port": 1}, {"port": 3}]}) == ["rule[1].port: 2 -> 3"]


def test_elements_that_come_and_go_are_told_apart_from_those_that_stay() -> None:
    assert _told({"zones": ["a", "b"]}, {"zones": ["b", "c"]}) == ['zones: removes "a", adds "c"']
    assert _told({"stage": [{"name": "Test"}]}, {"stage": [{"name": "Test"}, {"name": "Ship"}]}) == ["stage: adds Ship"]
    assert _told({"rule": [{"port": 1}]}, {"rule": []}) == ["rule: removes 1 block"]
    assert _told({"command": ["a", "b"]}, {"command": ["b", "a"]}) == ["command: in another order"]


def test_documents_are_looked_into() -> None:
    before = '{"Statement": [{"Sid": "Read", "Action": ["s3:GetObject"]}, {"Sid": "Log", "Action": "logs:Put"}]}'
    after = '{"Statement": [{"Sid": "Read", "Action": ["s3:GetObject", "s3:Delete"]}, {"Sid": "Log", "Action": "logs:Put"}]}'
    assert _told({"policy": before}, {"policy": after}) == ['policy.Statement[Read].Action: adds "s3:Delete"']
    assert _told({"policy": before}, {"policy": before.replace(" ", "")}) == []
    assert _told({"policy": None}, {"policy": after}) == ["policy: unset -> (document)"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "unset"),
        (True, "true"),
        ("a" * 100, f'"{"a" * 36}…{"a" * 36}"'),
        ("one\ntwo\n", "(text of 2 lines)"),
        ("\x1b[31m", r'"\u001b[31m"'),
        (["a", "b"], '["a", "b"]'),
        (["a" * 40, "b" * 40], "(2 values)"),
        ([{}, {}], "(2 blocks)"),
        ({"a": 1, "b": 2}, "(2 keys)"),
        ('["a", "b"]', '["a", "b"]'),
        ("{no document", '"{no document"'),
        (LATER, "(known after apply)"),
    ],
)
def test_values_are_shown_on_one_short_line(value: Any, text: str) -> None:
    assert format_value(mark(value, None, None)) == text


@pytest.mark.parametrize("mask", [True, {"password": True}, {"nested": [{"password": True}], "password": True}])
def test_sensitive_values_are_never_told(mask: Any) -> None:
    before = mark({"password": "old", "nested": [{"password": "old"}]}, None, mask)
    after = mark({"password": "new", "nested": [{"password": "old"}]}, None, mask)
    (difference,) = diff(before, after)
    assert str(difference).endswith(": (sensitive)")
    assert "old" not in f"{difference}{difference!r}"
    assert "new" not in f"{difference}{difference!r}"


def test_sensitive_part_of_what_comes_hides_it_and_not_its_neighbours() -> None:
    told = [str(each) for each in diff(mark({"a": 1}, None, None), mark({"a": 2, "b": "x"}, None, {"b": True}))]
    assert told == ["a: 1 -> 2", "b: (sensitive)"]


def test_what_is_known_after_apply_is_said_where_it_is() -> None:
    after = mark({"name": "web"}, {"arn": True, "tags": {}, "rule": [{"id": True}]}, {})
    differences = list(diff({"name": "web", "arn": "x", "rule": [{"id": "1"}]}, after))
    assert [str(each) for each in differences] == [
        'arn: "x" -> (known after apply)',
        'rule.id: "1" -> (known after apply)',
    ]
    assert not any(each.known for each in differences)


def test_path_that_forces_a_replacement_is_told_even_where_it_leads_nowhere() -> None:
    before, after = {"health_check": [{"path": "/"}]}, {"health_check": [{"path": "/health"}]}
    assert [str(each) for each in diff_at(("health_check", 0, "path"), before, after)] == [
        'health_check.path: "/" -> "/health"'
    ]
    assert [each.name for each in diff_at(("setting", 4, "x"), before, after)] == ["setting.x"]
