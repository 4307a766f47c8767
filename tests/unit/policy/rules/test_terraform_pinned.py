"""Providers are pinned to an exact version."""

from __future__ import annotations

import pytest

from tealform.policy.rules.terraform_pinned import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import GONE, put

AWS = ("root", "terraform", "required_providers", "aws")

BAD = {
    **{
        version: (put(*AWS, "version", to=version), f"takes the provider aws in version {version}, which is not exact")
        for version in ("~> 6.25.0", ">= 6.25.0", "6.25", "6.25.0, < 7")
    },
    "no version": (put(*AWS, "version", to=GONE), "takes the provider aws in version None, which is not exact"),
    "somebody else's": (put(*AWS, "source", to="acme/aws"), "required_providers does not take aws from hashicorp/aws"),
    "another one": (
        put("root", "terraform", "required_providers", "random", to={"source": "hashicorp/random"}),
        "takes the provider random in version None, which is not exact",
    ),
    "no providers": (
        put("root", "terraform", "required_providers", to=GONE),
        "required_providers does not take aws from hashicorp/aws",
    ),
    "any Terraform": (put("root", "terraform", "required_version", to=GONE), "terraform has no required_version"),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_environments_pin_their_provider(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_a_version_that_moves_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {"cdk.tf.json": message}
