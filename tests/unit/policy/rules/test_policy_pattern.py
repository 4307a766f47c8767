"""Roles are given what they need by its name, and not by a pattern."""

from __future__ import annotations

import pytest

from tealform.policy.rules.policy_pattern import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import Change, put

ROLE = "aws_iam_role.delivery-api_build_role"
STATEMENT = ("data.aws_iam_policy_document.delivery-api_build_role_permissions", "statement", 0)
SECRET = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:shop"


def allowing(resource: str) -> Change:
    return put(*STATEMENT, to={"sid": "Own", "actions": ["s3:GetObject"], "resources": [resource]})


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_roles_name_what_they_need(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:s3:::shop-*-artifacts-123456789012/*",
        "arn:aws:s3:::shop-prod-*",
        "arn:aws:s3:::shop-prod-ap?-artifacts/*",
        "arn:aws:ecr:ap-northeast-1:123456789012:repository/shop-*",
        "arn:aws:iam::*:role/shop-deploy",
        "arn:aws:iam::12345678901?:role/shop-deploy",
        f"{SECRET}/*",
        f"{SECRET}-*",
    ],
)
def test_a_pattern_is_found(resource: str) -> None:
    found = shipped.failed(CHECK, "prod", allowing(resource))
    assert found == {ROLE: f"Own is for {resource}"}


@pytest.mark.parametrize(
    "resource", ["arn:aws:s3:::bucket/*", "arn:aws:logs:eu-west-1:123456789012:log-group:/a/b:*", SECRET]
)
def test_what_lies_in_something_named_is_none(resource: str) -> None:
    assert shipped.failed(CHECK, "prod", allowing(resource)) == {}
