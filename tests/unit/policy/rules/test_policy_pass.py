"""What releases a service passes that service's roles, and no other."""

from __future__ import annotations

import pytest

from tealform.policy.rules.policy_pass import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put

OTHERS = "arn:aws:iam::123456789012:role/"


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_roles_pass_their_own_service_s(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize(("part", "statement"), [("pipeline", 8), ("deployment", 6)])
@pytest.mark.parametrize("passed", ["${aws_iam_role.service-web_roles_task_role.arn}", f"{OTHERS}shop-prod-web-task"])
def test_the_neighbour_s_role_is_found(part: str, statement: int, passed: str) -> None:
    document = f"data.aws_iam_policy_document.delivery-api_{part}_role_permissions"
    found = shipped.failed(CHECK, "prod", put(document, "statement", statement, "resources", 1, to=passed))
    assert found == {f"aws_iam_role.delivery-api_{part}_role": f"may pass {OTHERS}shop-prod-web-task"}


def test_an_action_in_another_case_is_the_same_action() -> None:
    document = "data.aws_iam_policy_document.delivery-api_pipeline_role_permissions"
    other = {"sid": "Other", "actions": ["IAM:passrole"], "resources": [f"{OTHERS}shop-prod-web-task"]}
    found = shipped.failed(CHECK, "prod", put(document, "statement", 8, to=other))
    assert found == {"aws_iam_role.delivery-api_pipeline_role": f"may pass {OTHERS}shop-prod-web-task"}
