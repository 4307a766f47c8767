"""Functions are called by roles of the environment alone."""

from __future__ import annotations

import pytest

from tealform.policy.rules.function_closed import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put

FUNCTION = "aws_lambda_function.service-web_smoke-test_function"


def test_the_shipped_function_is_closed() -> None:
    assert shipped.judged(CHECK, "prod") == {FUNCTION: ""}


@pytest.mark.parametrize("door", ["aws_lambda_function_url.own", "aws_lambda_permission.own"])
@pytest.mark.parametrize(
    "named",
    [f"${{{FUNCTION}.arn}}", "shop-prod-web-smoke-test", "arn:aws:lambda:a:1:function:shop-prod-web-smoke-test"],
)
def test_a_door_is_found(door: str, named: str) -> None:
    found = shipped.failed(CHECK, "prod", put(door, "function_name", to=named))
    assert found == {FUNCTION: f"{door} lets others call it"}
