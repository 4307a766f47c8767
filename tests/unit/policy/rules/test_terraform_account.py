"""The provider takes one account alone."""

from __future__ import annotations

from typing import Any

import pytest

from tealform.policy.rules.terraform_account import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import GONE, put

ACCOUNTS = ("provider", "allowed_account_ids")

BAD = {
    "none": (put(*ACCOUNTS, to=GONE), "allowed_account_ids names no accounts, where one is meant"),
    "an empty list": (put(*ACCOUNTS, to=[]), "allowed_account_ids names no accounts, where one is meant"),
    "two": (
        put(*ACCOUNTS, to=["123456789012", "210987654321"]),
        "allowed_account_ids names 2 accounts, where one is meant",
    ),
    "a name": (put(*ACCOUNTS, to=["production"]), "production is no account of 12 digits"),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_environments_name_their_account(name: str) -> None:
    assert shipped.judged(CHECK, name) == {"provider.aws": "", "cdk.tf.json": ""}


@pytest.mark.parametrize("way", BAD)
def test_any_other_account_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {"provider.aws": message}


def test_a_second_configuration_is_judged_as_well() -> None:
    def more(document: dict[str, Any]) -> None:
        document["provider"]["aws"].append({"alias": "far", "region": "us-east-1"})

    assert shipped.failed(CHECK, "prod", more).keys() == {"provider.aws.far"}


def test_no_provider_at_all_is_found() -> None:
    assert shipped.failed(CHECK, "prod", put("root", "provider", to=GONE)) == {"cdk.tf.json": "has no provider.aws"}
