"""Policy documents hold no empty list."""

from __future__ import annotations

import pytest

from tealform.policy.rules.terraform_empty_list import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put

DOCUMENT = "data.aws_iam_policy_document.key_permissions"

BAD = {
    "condition": (put(DOCUMENT, "statement", 1, "condition", to=[]), "statement[1].condition is []"),
    "identifiers": (
        put(DOCUMENT, "statement", 0, "principals", 0, "identifiers", to=[]),
        "statement[0].principals[0].identifiers is []",
    ),
    "statement": (put(DOCUMENT, "statement", to=[]), "statement is []"),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_documents_hold_none(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_an_empty_list_is_found_wherever_it_is(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {DOCUMENT: message}
