"""Functions get no secret in plain text."""

from __future__ import annotations

from tealform.policy.rules.function_secrets import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put

FUNCTION = "aws_lambda_function.service-web_smoke-test_function"


def test_the_shipped_function_holds_no_secret() -> None:
    assert shipped.judged(CHECK, "prod") == {FUNCTION: ""}


def test_a_secret_in_plain_text_is_found() -> None:
    told = put(FUNCTION, "environment", "variables", "API_TOKEN", to="correct-horse")
    assert shipped.failed(CHECK, "prod", told) == {FUNCTION: "API_TOKEN is named like a secret"}


def test_a_secret_s_arn_is_none() -> None:
    arn = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:token-Ab12Cd"
    assert shipped.failed(CHECK, "prod", put(FUNCTION, "environment", "variables", "API_TOKEN", to=arn)) == {}
