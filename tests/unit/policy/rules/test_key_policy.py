"""Keys are used by the environment's accounts, and administered by their own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tealform.policy.rules.key_policy import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import GONE, drop, put

KEY, POLICY = "aws_kms_key.key", "aws_kms_key_policy.key_policy"
ROOT = "arn:aws:iam::123456789012:root"
DOCUMENT = ("data.aws_iam_policy_document.key_permissions", "statement", 0)
LOST = "nothing lets the account administer it"
OWN = {"Sid": "Own", "Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}


def text(*statements: dict[str, Any]) -> str:
    return json.dumps({"Statement": list(statements)})


BAD = {
    "no policy": (drop(POLICY), "has no policy that can be read here"),
    "anybody": (
        put(POLICY, "policy", to=text(OWN, {**OWN, "Sid": "All", "Principal": "*"})),
        "its statement All lets anybody in",
    ),
    "anybody in the key's own argument": (
        put(KEY, "policy", to=text({**OWN, "Principal": {"AWS": "*"}})),
        "its statement Own lets anybody in",
    ),
    "another account": (
        put(
            POLICY,
            "policy",
            to=text(OWN, {**OWN, "Sid": "Lend", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}}),
        ),
        "its statement Lend lets the account 999999999999 in, with which nothing here has to do",
    ),
    "everybody's logs": (
        put(DOCUMENT[0], "statement", 1, "condition", to=GONE),
        "lets logs.ap-northeast-1.amazonaws.com in whatever it is for",
    ),
    "no administrator": (put(*DOCUMENT, "actions", to=["kms:Decrypt"]), LOST),
    "an administrator who is denied": (put(*DOCUMENT, "effect", to="Deny"), LOST),
    "another account's administrator": (
        put(*DOCUMENT, "principals", 0, "identifiers", to=["arn:aws:iam::999999999999:root"]),
        f"its statement AccountDecidesByIam lets the account 999999999999 in, with which nothing here has to do; {LOST}",
    ),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_keys_are_the_account_s_own(name: str) -> None:
    assert shipped.judged(CHECK, name) == {KEY: ""}


@pytest.mark.parametrize("way", BAD)
def test_a_key_for_strangers_or_for_nobody_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {KEY: message}


def test_a_policy_as_text_that_is_narrow_passes() -> None:
    assert shipped.failed(CHECK, "prod", put(POLICY, "policy", to=text(OWN))) == {}
