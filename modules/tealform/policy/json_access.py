"""Values as Terraform's JSON has them: blocks alone or in a list, numbers and truth also as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tealform.synth.terraform_json import blocks


def at(body: object, *path: str) -> Any:
    """What stands at the end of ``path``, which goes by the first block of each name; nothing if it ends before."""
    for key in path:
        body = next(blocks(body), {}).get(key)
    return body


def items(value: object) -> list[Any]:
    """The elements of a list; what stands alone is a list of one, and nothing is none."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def is_true(value: object) -> bool:
    """Whether it is ``true``, or the text of it."""
    return value is True or value == "true"


def number(value: object) -> int | None:
    """The whole number that it is, or is the text of; nothing for all else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None


def ignored(body: Mapping[str, Any]) -> list[str]:
    """What ``lifecycle.ignore_changes`` of a resource names."""
    return [str(each) for each in items(at(body, "lifecycle", "ignore_changes"))]


def shown(value: object) -> str:
    """A value in a message: true and false as Terraform writes them, and what is not there as missing."""
    if value is None:
        return "missing"
    return str(value).lower() if isinstance(value, bool) else str(value)
