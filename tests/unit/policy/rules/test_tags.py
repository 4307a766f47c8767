"""Everything is tagged with its project and environment."""

from __future__ import annotations

import pytest

from tealform.policy.rules.tags import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import GONE, put

PROVIDER = "provider.aws"
TAGS = ("provider", "default_tags", 0, "tags")

BAD = {
    "no project": (put(*TAGS, "project", to=GONE), "default_tags have no project"),
    "a list": (
        put(*TAGS, to=["shop"]),
        "default_tags have no project; default_tags have the environment None, where prod is meant",
    ),
    "an empty project": (put(*TAGS, "project", to=""), "default_tags have no project"),
    "another environment": (
        put(*TAGS, "environment", to="dev"),
        "default_tags have the environment dev, where prod is meant",
    ),
    "none": (
        put("provider", "default_tags", to=GONE),
        "default_tags have no project; default_tags have the environment None, where prod is meant",
    ),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_environments_tag_all(name: str) -> None:
    assert shipped.judged(CHECK, name) == {PROVIDER: ""}


@pytest.mark.parametrize("way", BAD)
def test_missing_and_wrong_tags_are_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {PROVIDER: message}
