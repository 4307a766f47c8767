"""Tests reach green by the requests that production gets."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.listener_conditions import CHECK
from tests.unit.policy.rules.parts import GROUP, SERVICE, TEST_RULE, by_ecs, put, remove, together
from tests.unit.policy.rules.shipped import Json, failed, judged


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            put(TEST_RULE, "condition", [{"path_pattern": {"values": ["/test/*"]}}]),
            "the conditions of aws_lb_listener_rule.service-web_rules_production, aws_lb_listener_rule.service-web_rules_test differ",
            id="another path",
        ),
        pytest.param(
            put(TEST_RULE, "condition.0.host_header", {"values": ["test.example.com"]}),
            "the conditions of aws_lb_listener_rule.service-web_rules_production, aws_lb_listener_rule.service-web_rules_test differ",
            id="a host too",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {GROUP: message}


def test_rules_that_ecs_turns_are_compared_as_well() -> None:
    assert not failed(CHECK, "prod", by_ecs)
    assert SERVICE in failed(CHECK, "prod", together(by_ecs, put(TEST_RULE, "condition", [])))


def test_without_a_rule_for_tests_there_is_nothing_to_compare() -> None:
    assert not failed(CHECK, "prod", remove(TEST_RULE))
