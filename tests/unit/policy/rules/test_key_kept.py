"""Keys are on, and production's can be saved for 30 days."""

from __future__ import annotations

import pytest

from tealform.policy.rules.key_kept import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import GONE, put

KEY = "aws_kms_key.key"

BAD = {
    "off": (put(KEY, "is_enabled", to=False), "is switched off"),
    "a week": (
        put(KEY, "deletion_window_in_days", to=7),
        "is gone 7 days after somebody deletes it, and not 30",
    ),
    "locked out by its policy": (
        put("aws_kms_key_policy.key_policy", "bypass_policy_lockout_safety_check", to=True),
        "KMS no longer looks whether its policy can be changed again",
    ),
    "locked out": (
        put(KEY, "bypass_policy_lockout_safety_check", to=True),
        "KMS no longer looks whether its policy can be changed again",
    ),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_keys_are_kept(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


def test_aws_s_own_window_is_long_enough() -> None:
    assert shipped.failed(CHECK, "prod", put(KEY, "deletion_window_in_days", to=GONE)) == {}


@pytest.mark.parametrize("way", BAD)
def test_a_key_that_may_be_lost_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {KEY: message}
