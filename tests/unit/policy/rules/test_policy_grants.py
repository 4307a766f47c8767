"""Roles of an environment may not change who may do what."""

from __future__ import annotations

import pytest

from tealform.policy.rules.policy_grants import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put

ROLE = "aws_iam_role.delivery-api_build_role"
STATEMENT = ("data.aws_iam_policy_document.delivery-api_build_role_permissions", "statement", 0)


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_roles_change_no_permissions(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize(
    "action",
    [
        "iam:AttachRolePolicy",
        "iam:CreateAccessKey",
        "IAM:putrolepolicy",
        "iam:*",
        "kms:PutKeyPolicy",
        "s3:PutBucketPolicy",
    ],
)
def test_a_role_that_may_give_itself_more_is_found(action: str) -> None:
    own = {"sid": "Own", "actions": [action], "resources": ["arn:aws:iam::123456789012:role/x"]}
    assert shipped.failed(CHECK, "prod", put(*STATEMENT, to=own)) == {ROLE: f"Own allows {action}"}
    assert shipped.failed(CHECK, "prod", put(*STATEMENT, to={**own, "effect": "Deny"})) == {}


@pytest.mark.parametrize("action", ["iam:PassRole", "iam:GetRole", "iam:ListRoles", "kms:Decrypt"])
def test_to_pass_and_to_read_changes_nothing(action: str) -> None:
    own = {"sid": "Own", "actions": [action], "resources": ["arn:aws:iam::123456789012:role/x"]}
    assert shipped.failed(CHECK, "prod", put(*STATEMENT, to=own)) == {}
