"""Nothing is of a type that Tealform does not generate."""

from __future__ import annotations

import pytest

from tealform.policy.rules.terraform_unseen import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put

BAD = {
    "a template": (
        put("aws_cloudformation_stack.more", "template_body", to="{}"),
        "aws_cloudformation_stack.more is of a type that Tealform does not generate",
    ),
    "a listener under its old name": (
        put("aws_alb_listener.more", "port", to=8443),
        "aws_alb_listener.more is of a type that Tealform does not generate",
    ),
    "another provider's": (
        put("awscc_iam_user.more", "name", to="x"),
        "awscc_iam_user.more is of a type that Tealform does not generate",
    ),
    "a way to another network": (
        put("aws_vpc_peering_connection.more", "peer_owner_id", to="999999999999"),
        "aws_vpc_peering_connection.more is of a type that Tealform does not generate",
    ),
    "somebody else's policy": (
        put("data.aws_iam_policy.more", "name", to="x"),
        "data.aws_iam_policy.more is of a type that Tealform does not generate",
    ),
    "another provider": (
        put("terraform", "provider", "awscc", to=[{}]),
        "takes the provider awscc beside aws",
    ),
    "another provider that is required": (
        put("terraform", "terraform", "required_providers", "random", to={"source": "hashicorp/random"}),
        "takes the provider random beside aws",
    ),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_environments_hold_what_rules_know(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_what_no_rule_would_look_at_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {"cdk.tf.json": message}
