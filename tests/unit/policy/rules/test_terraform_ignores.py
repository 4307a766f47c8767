"""Terraform passes over nothing but what a release or autoscaling owns."""

from __future__ import annotations

import pytest

from tealform.policy.rules import service_ownership
from tealform.policy.rules.terraform_ignores import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put

ROLE = "aws_iam_role.delivery-api_build_role"
LIFECYCLE = ("lifecycle", "ignore_changes")

BAD = {
    "everything": (put(ROLE, *LIFECYCLE, to="all"), f"{ROLE} ignores changes of all"),
    "a trust": (put(ROLE, *LIFECYCLE, to=["assume_role_policy"]), f"{ROLE} ignores changes of assume_role_policy"),
    "one tag": (put(ROLE, *LIFECYCLE, to=["tags"]), f"{ROLE} ignores changes of tags"),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_environments_ignore_what_a_release_owns(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_what_nobody_would_see_change_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {"cdk.tf.json": message}


def test_what_a_service_ignores_is_told_once_by_its_own_rule() -> None:
    change = put("aws_ecs_service.service-api_service", *LIFECYCLE, to="all")
    assert shipped.failed(CHECK, "prod", change) == {}
    assert shipped.failed(service_ownership.CHECK, "prod", change)
