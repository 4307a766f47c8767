"""Values are literal, or refer to a resource."""

from __future__ import annotations

import pytest

from tealform.policy.rules.terraform_literal import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put

VPC = "aws_vpc.network_vpc"

BAD = {
    "variables": (put("root", "variable", to={"cidr": {}}), "has variable"),
    "locals": (put("root", "locals", to={"cidr": "10.0.0.0/16"}), "has locals"),
    "modules": (put("root", "module", to={"vpc": {"source": "./vpc"}}), "has module"),
    "a check": (put("root", "check", to={"page": {"data": {"http": {"page": {}}}}}), "has check"),
    "a variable": (put(VPC, "cidr_block", to="${var.cidr}"), f"resource.{VPC}.cidr_block: ${{var.cidr}}"),
    "a local within a text": (
        put(VPC, "tags", to={"Name": "x-${local.name}-${aws_vpc.network_vpc.id}"}),
        f"resource.{VPC}.tags.Name: ${{local.name}}",
    ),
    "a function": (
        put("aws_iam_role_policy.delivery-api_build_role_policy", "policy", to="${jsonencode([])}"),
        "resource.aws_iam_role_policy.delivery-api_build_role_policy.policy: ${jsonencode([])}",
    ),
    "a choice": (put(VPC, "cidr_block", to='${true ? "a" : "b"}'), f'resource.{VPC}.cidr_block: ${{true ? "a" : "b"}}'),
    "a directive": (
        put(VPC, "cidr_block", to="%{ if true }x%{ endif }"),
        f"resource.{VPC}.cidr_block: %{{ if true }}; resource.{VPC}.cidr_block: %{{ endif }}",
    ),
    "the provider's": (put("provider", "region", to="${var.region}"), "provider.aws.region: ${var.region}"),
    "an argument that is not set": (put(VPC, "cidr_block", to=None), f"resource.{VPC}.cidr_block is null"),
    "a count": (put(VPC, "count", to=2), f"{VPC} has count"),
    "none of it": (put(VPC, "count", to=0), f"{VPC} has count"),
    "nothing to make it for": (put(VPC, "for_each", to={}), f"{VPC} has for_each"),
    "what another state has": (put("root", "import", to=[{"to": VPC, "id": "vpc-1"}]), "has import"),
    "what is forgotten": (put("root", "removed", to=[{"from": VPC}]), "has removed"),
    "for_each": (put(VPC, "for_each", to={"a": 1}), f"{VPC} has for_each"),
    "a dynamic block": (put(VPC, "dynamic", to={"timeouts": {}}), f"{VPC} has dynamic"),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_environments_are_literal(name: str) -> None:
    assert shipped.judged(CHECK, name) == {"cdk.tf.json": ""}


@pytest.mark.parametrize("way", BAD)
def test_what_checkov_does_not_see_through_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {"cdk.tf.json": message}


@pytest.mark.parametrize("text", ["$${var.cidr}", "%%{ if }", "${aws_subnet.a.id}", "${aws_eip.a[0].id}", "costs $5"])
def test_what_only_looks_like_an_expression_passes(text: str) -> None:
    assert shipped.failed(CHECK, "prod", put(VPC, "cidr_block", to=text)) == {}
