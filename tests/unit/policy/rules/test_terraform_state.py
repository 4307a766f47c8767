"""The state is in one place, locked and encrypted."""

from __future__ import annotations

from typing import Any

import pytest

from tealform.policy.rules.terraform_state import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import GONE, Change, put

BACKEND = ("root", "terraform", "backend")
S3 = {"bucket": "states", "key": "k", "region": "eu-west-1", "use_lockfile": True, "encrypt": True}


def s3(**changes: Any) -> Change:
    return put(*BACKEND, to={"s3": {**S3, **changes}})


BAD = {
    "no lock": (s3(use_lockfile=False), "the state in S3 is not locked: use_lockfile is not true"),
    "no word of a lock": (
        put(*BACKEND, to={"s3": {"bucket": "states"}}),
        "the state in S3 is not locked: use_lockfile is not true",
    ),
    "clear text": (s3(encrypt=False), "the state in S3 is not encrypted"),
    "a key in it": (s3(access_key="AKIA"), "the backend holds access_key"),
    "any address": (put(*BACKEND, to={"http": {"address": "http://example.com"}}), "keeps the state by http"),
    "nowhere": (put(*BACKEND, to=GONE), "says no places for the state, where one is meant"),
    "two places": (
        put("root", "terraform", "cloud", to={"workspaces": {}}),
        "says 2 places for the state, where one is meant",
    ),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_environments_say_where_their_state_is(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("change", [s3(), put("root", "terraform", to={"cloud": {"workspaces": {"name": "shop"}}})])
def test_any_other_place_is_as_good(change: Change) -> None:
    assert shipped.failed(CHECK, "prod", change) == {}


@pytest.mark.parametrize("way", BAD)
def test_a_state_that_is_not_safe_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {"cdk.tf.json": message}
