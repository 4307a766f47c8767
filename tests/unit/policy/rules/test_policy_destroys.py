"""Roles of an environment may not delete images, artifacts, logs or keys."""

from __future__ import annotations

import pytest

from tealform.policy.rules.policy_destroys import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put

ROLE = "aws_iam_role.delivery-api_build_role"
STATEMENT = ("data.aws_iam_policy_document.delivery-api_build_role_permissions", "statement", 0)


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_roles_delete_nothing(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize(
    "action", ["ecr:BatchDeleteImage", "s3:DeleteObject", "kms:ScheduleKeyDeletion", "ECR:batchdeleteimage"]
)
def test_a_role_that_may_delete_is_found(action: str) -> None:
    own = {"sid": "Own", "actions": [action], "resources": ["arn:aws:s3:::b/*"]}
    assert shipped.failed(CHECK, "prod", put(*STATEMENT, to=own)) == {ROLE: f"Own allows {action}"}
    assert shipped.failed(CHECK, "prod", put(*STATEMENT, to={**own, "effect": "Deny"})) == {}
