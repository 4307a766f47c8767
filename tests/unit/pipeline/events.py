"""Events as AWS documents them, and whether a rule takes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from moto.events.models import EventPattern

from tests.inventory import ROOT

Json = dict[str, Any]

_FOLDER = ROOT / "tests" / "events"

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
_OPERATORS = {"prefix", "suffix", "equals-ignore-case", "wildcard", "anything-but", "exists", "numeric", "cidr"}


def documented(name: str) -> Json:
    """The event in ``tests/events/<name>.json``."""
    event: Json = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return event


def matches(pattern: str, event: Json) -> bool:
    """Whether EventBridge would take ``event`` for ``pattern``; raises ``ValueError`` for what is no pattern.

    moto takes an operator that it does not know for one that everything fits, and looks for an object in a list in vain.
    """
    content = json.loads(pattern)
    wrong = [*unknown(content), *_lists_of_objects(event)]
    if wrong:
        raise ValueError(", ".join(wrong))
    return EventPattern.load(pattern).matches_event(event)  # type: ignore[arg-type]


def unknown(node: Any, inside_list: bool = False) -> Iterator[str]:
    """What in a pattern looks like an operator and is none."""
    if isinstance(node, list):
        for each in node:
            yield from unknown(each, inside_list=True)
    elif isinstance(node, dict) and inside_list:
        if len(node) != 1 or not node.keys() <= _OPERATORS:
            yield f"no operator: {node}"
    elif isinstance(node, dict):
        for each in node.values():
            yield from unknown(each)


def _lists_of_objects(node: Any) -> Iterator[str]:
    if isinstance(node, list) and any(isinstance(each, dict) for each in node):
        yield f"moto does not look into {node}"
    for each in node.values() if isinstance(node, dict) else ():
        yield from _lists_of_objects(each)
