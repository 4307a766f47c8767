"""An absent list is absent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(document: Resource, _environment: Environment) -> Iterator[str]:
    yield from (f"{where} is []" for where in _empty(document.body))


def _empty(value: Any, where: str = "") -> Iterator[str]:
    """The way to each list with nothing in it."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _empty(each, f"{where}.{key}".lstrip("."))
    elif isinstance(value, list):
        if not value:
            yield where
        for number, each in enumerate(value):
            yield from _empty(each, f"{where}[{number}]")


CHECK = Check(
    Rule(
        id="TEAL_TERRAFORM_EMPTY_LIST",
        severity="high",
        title="Policy documents hold no empty list",
        why="`condition: []` makes checkov's checks of IAM answer «unknown», which counts as passed: what they would find is hidden",
        fix="Leave the argument out where there is nothing to list",
        link="https://developer.hashicorp.com/terraform/language/syntax/json#nested-block-mapping",
    ),
    types=("data.aws_iam_policy_document",),
    judge=_judge,
)
