"""What is generated says what it means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, resources

_ELSEWHERE = ("check", "ephemeral", "import", "locals", "module", "moved", "removed", "variable")
_EXPRESSION = re.compile(r"(?<!\$)\$\{[^}]*\}?|(?<!%)%\{[^}]*\}?")
_REFERENCE = re.compile(r"\$\{(data\.)?aws_\w+\.[\w-]+(\.\w+|\[\d+\]|\[\"[^\"]*\"\])*\}")
_REPEATED = ("count", "dynamic", "for_each")


def _judge(root: Resource, _environment: Environment) -> Iterator[str]:
    yield from (f"has {each}" for each in _ELSEWHERE if root.body.get(each))
    for kind in ("resource", "data", "provider", "output"):
        yield from (f"{where} is null" for where in _nulls(root.body.get(kind), kind))
        for where, value in _leaves(root.body.get(kind), kind):
            yield from (f"{where}: {each}" for each in _EXPRESSION.findall(value) if not _REFERENCE.fullmatch(each))
    for resource in resources(root.body):
        yield from (f"{resource.address} has {each}" for each in _REPEATED if each in resource.body)


def _leaves(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Each text, and the way to it."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, f"{where}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, where)


def _nulls(value: Any, where: str) -> Iterator[str]:
    """The way to each argument that looks as if it were set."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in entries:
        if each is None:
            yield f"{where}.{key}"
        yield from _nulls(each, f"{where}.{key}")


CHECK = Check(
    Rule(
        id="TEAL_TERRAFORM_LITERAL",
        severity="high",
        title="Values are literal, or refer to a resource",
        why="checkov sees an unknown value behind a variable, a local or a function and passes it: what the policy says no more holds",
        fix="Write the value out, as `tealform synth` does",
        link="https://www.checkov.io/2.Concepts/Evaluations.html",
    ),
    types=("root",),
    judge=_judge,
)
