"""A pull request is looked at by somebody."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tealform.policy.rules.approval_template import CHECK
from tests.unit.policy.rules.parts import drop, put
from tests.unit.policy.rules.shipped import failed, judged

TEMPLATE = "aws_codecommit_approval_rule_template.delivery-api_source_approvals"


def asked(*numbers: Any) -> str:
    return json.dumps({"Statements": [{"Type": "Approvers", "NumberOfApprovalsNeeded": each} for each in numbers]})


def test_the_shipped_template_is_as_it_wants_it() -> None:
    assert judged(CHECK, "prod") == {TEMPLATE: ""}


@pytest.mark.parametrize("content", [asked(0), asked("0"), asked(None), asked(1, 0)])
def test_a_template_that_asks_nobody_is_told(content: str) -> None:
    assert failed(CHECK, "prod", put(TEMPLATE, "content", content)) == {TEMPLATE: "it asks for no approval"}


@pytest.mark.parametrize("content", [asked(), "{}", "[]", "${file(rule.json)}", None])
def test_a_template_that_cannot_be_read_is_told(content: str | None) -> None:
    message = "its content has no Statements that can be read here"
    assert failed(CHECK, "prod", put(TEMPLATE, "content", content)) == {TEMPLATE: message}
    assert failed(CHECK, "prod", drop(TEMPLATE, "content")) == {TEMPLATE: message}
