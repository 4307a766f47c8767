from __future__ import annotations

import json
from typing import Any

import pytest

from tealform.plan.rules import external_roles, security_groups
from tests.unit.plan.made import change, plan

_ARN = "arn:aws:iam::111111111111:role/web"


def _told(principal: Any, *actions: str) -> list[str]:
    policy = json.dumps({"Statement": {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}})
    before = {"arn": _ARN, "assume_role_policy": policy}
    return [
        each.reason
        for each in external_roles.objections(plan(change(*actions, address="aws_iam_role.web", before=before)))
    ]


@pytest.mark.parametrize(
    ("principal", "who"),
    [
        ({"AWS": "arn:aws:iam::222222222222:root"}, "account 222222222222"),
        ({"AWS": ["arn:aws:iam::111111111111:root", "222222222222"]}, "account 222222222222"),
        ({"AWS": "*"}, "whoever fulfils its conditions"),
        ({"Federated": "arn:aws:iam::111111111111:oidc-provider/app.terraform.io"}, "app.terraform.io"),
    ],
)
def test_a_role_of_somebody_outside(principal: Any, who: str) -> None:
    assert _told(principal, "delete") == [f"{who} takes this role, and gets in no more"]
    assert _told(principal, "delete", "create") == _told(principal, "delete")
    assert _told(principal, "update") == _told(principal, "create") == []


@pytest.mark.parametrize("principal", [{"Service": "ecs-tasks.amazonaws.com"}, {"AWS": _ARN}, "*"])
def test_a_role_of_the_account_may_go_but_not_be_another(principal: Any) -> None:
    assert _told(principal, "delete") == []
    assert _told(principal, "create", "delete") == [
        "policies that name it, of buckets, keys and roles, go on meaning the old one until they are saved again"
    ]


def test_what_is_left_of_a_role_may_go() -> None:
    before = {"arn": _ARN, "assume_role_policy": json.dumps({"Statement": {"Principal": {"AWS": "*"}}})}
    assert not list(
        external_roles.objections(plan(change("delete", address="aws_iam_role.web", before=before, deposed="1a2b")))
    )


def test_a_role_whose_trust_is_no_policy() -> None:
    planned = plan(change("delete", address="aws_iam_role.web", before={"assume_role_policy": "none"}))
    assert not list(external_roles.objections(planned))


def test_a_security_group_that_goes_before_there_is_a_new_one() -> None:
    def told(*actions: str) -> int:
        return len(list(security_groups.objections(plan(change(*actions, address="aws_security_group.web")))))

    assert [told("delete", "create"), told("create", "delete"), told("delete"), told("update")] == [1, 0, 0, 0]


def test_rules_of_a_security_group_may_be_replaced() -> None:
    rule = change("delete", "create", address="aws_vpc_security_group_ingress_rule.web")
    assert not list(security_groups.objections(plan(rule)))
