"""A pull request is looked at by somebody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, number
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks


def _judge(template: Resource, _environment: Environment) -> Iterator[str]:
    statements = list(blocks(at(_content(template), "Statements")))
    if not statements:
        yield "its content has no Statements that can be read here"
    for each in statements:
        if (number(each.get("NumberOfApprovalsNeeded")) or 0) < 1:
            yield "it asks for no approval"


def _content(template: Resource) -> Any:
    try:
        return json.loads(template.body.get("content", ""))
    except (TypeError, ValueError):
        return None


CHECK = Check(
    Rule(
        id="TEAL_APPROVAL_TEMPLATE",
        severity="high",
        title="An approval rule template asks for at least one approval",
        why="Whoever can push merges alone, and what was merged is released: nobody else has seen it.",
        fix="Set approvals to 1 or more; with 0 there is no template at all, which everybody sees.",
        link="https://docs.aws.amazon.com/codecommit/latest/userguide/approval-rule-templates.html",
    ),
    types=("aws_codecommit_approval_rule_template",),
    judge=_judge,
)
