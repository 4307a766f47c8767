from __future__ import annotations

import json
from typing import Any

import pytest

from tealform.plan.rules import external_roles
from tests.unit.plan.plans import change, plan

_ARN = "arn:aws:iam::111111111111:role/web"


def _reasons(principal: Any, *actions: str, **more: str) -> list[str]:
    policy = json.dumps({"Statement": {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}})
    before = {"arn": _ARN, "assume_role_policy": policy}
    planned = plan(change(*actions, address="aws_iam_role.web", before=before, **more))
    return [each.reason for each in external_roles.find_blockers(planned)]


@pytest.mark.parametrize(
    ("principal", "who"),
    [
        ({"AWS": "arn:aws:iam::222222222222:root"}, "account 222222222222"),
        ({"AWS": ["arn:aws:iam::111111111111:root", "222222222222"]}, "account 222222222222"),
        ({"AWS": "*"}, "whoever fulfils its conditions"),
        ({"Federated": "arn:aws:iam::111111111111:oidc-provider/app.terraform.io"}, "app.terraform.io"),
    ],
)
def test_role_that_somebody_outside_assumes(principal: Any, who: str) -> None:
    assert _reasons(principal, "delete") == [f"{who} takes this role, and gets in no more"]
    assert _reasons(principal, "delete", "create") == _reasons(principal, "delete")
    assert _reasons(principal, "update") == _reasons(principal, "create") == []
    assert _reasons(principal, "delete", deposed="1a2b") == []


@pytest.mark.parametrize("principal", [{"Service": "ecs-tasks.amazonaws.com"}, {"AWS": _ARN}, "*"])
def test_role_of_the_account_may_end_but_not_be_replaced(principal: Any) -> None:
    assert _reasons(principal, "delete") == []
    assert _reasons(principal, "create", "delete") == [
        "policies that name it, of buckets, keys and roles, go on meaning the old one until they are saved again"
    ]


def test_role_whose_trust_policy_is_no_json() -> None:
    planned = plan(change("delete", address="aws_iam_role.web", before={"assume_role_policy": "none"}))
    assert not list(external_roles.find_blockers(planned))
