"""Every rule of a listener is asked, and what takes everything is asked last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tealform.policy.rules.listener_priority import CHECK
from tests.unit.policy.rules.parts import PRODUCTION, PRODUCTION_RULE, TEST, TEST_RULE, put
from tests.unit.policy.rules.shipped import Json, failed, judged

API = "aws_lb_listener_rule.service-api_rules_production"
SAID = f"{API} takes all requests before {PRODUCTION_RULE} is asked"


def condition(*conditions: Any) -> Callable[[Json], None]:
    return put(API, "condition", list(conditions))


def values(kind: str, *values: str) -> Json:
    return {kind: {"values": list(values)}}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert judged(CHECK, name) == {PRODUCTION: "", TEST: ""}


@pytest.mark.parametrize(
    ("change", "listener", "message"),
    [
        pytest.param(
            put(PRODUCTION_RULE, "priority", "100"),
            PRODUCTION,
            "aws_lb_listener_rule.service-api_rules_production and aws_lb_listener_rule.service-web_rules_production have the priority 100",
            id="twice",
        ),
        pytest.param(
            put(TEST_RULE, "priority", 50),
            TEST,
            "aws_lb_listener_rule.service-web_rules_test takes all requests before aws_lb_listener_rule.service-api_rules_test is asked",
            id="everything first",
        ),
        pytest.param(condition(values("path_pattern", "/api/*", "*")), PRODUCTION, SAID, id="any path"),
        pytest.param(condition(values("host_header", "*")), PRODUCTION, SAID, id="any host"),
        pytest.param(
            condition(values("host_header", "*"), values("path_pattern", "/*")), PRODUCTION, SAID, id="any of both"
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], listener: str, message: str) -> None:
    assert failed(CHECK, "prod", change) == {listener: message}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            condition(values("host_header", "api.example.com"), values("path_pattern", "/*")), id="of one host"
        ),
        pytest.param(
            condition({"http_header": {"http_header_name": "X-Test", "values": ["*"]}}, values("path_pattern", "/*")),
            id="with a header",
        ),
        pytest.param(put(API, "priority", None), id="by AWS's choice"),
    ],
)
def test_what_takes_less_may_come_first(change: Callable[[Json], None]) -> None:
    assert not failed(CHECK, "prod", change)
