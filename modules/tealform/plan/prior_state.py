"""What Terraform knew before a plan: the resources of its state, looked at anew for the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tealform.plan import type_aliases


@dataclass(frozen=True)
class Resource:
    """One resource that there is, with its values."""

    address: str
    values: Mapping[str, Any]


def is_told(plan: Mapping[str, Any]) -> bool:
    """Whether the plan says what there was before it."""
    return "values" in (plan.get("prior_state") or {})


def resources(plan: Mapping[str, Any], kind: str) -> Iterator[Resource]:
    """The managed resources of a type (see ``kinds``), those in modules too.

    What a replacement that was broken off has left is none of them: there is another one at its address.

    https://developer.hashicorp.com/terraform/internals/json-format#values-representation
    """
    values = (plan.get("prior_state") or {}).get("values") or {}
    yield from _in_module(values.get("root_module") or {}, kind)


def _in_module(module: Mapping[str, Any], kind: str) -> Iterator[Resource]:
    for each in module.get("resources") or ():
        if type_aliases.of(each["type"]) == kind and each["mode"] == "managed" and "deposed_key" not in each:
            yield Resource(each["address"], each.get("values") or {})
    for child in module.get("child_modules") or ():
        yield from _in_module(child, kind)


def blocks(values: Mapping[str, Any], *path: str) -> Iterator[Mapping[str, Any]]:
    """The nested blocks that ``path`` leads to, through all of each list."""
    here: list[Mapping[str, Any]] = [values]
    for name in path:
        here = [block for each in here for block in each.get(name) or () if block]
    yield from here
