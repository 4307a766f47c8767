"""The resources that Terraform knew before a plan, refreshed for it, and the service that each belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tealform.plan.changes import canonical_type

# A construct's path names its resources. These are the constructs that modules/tealform/synth/stack.py makes for each service.
_OF_A_SERVICE = re.compile(
    r"\.(?:for-(?P<other>[^_.]+)_)?(?:delivery|images|release|service)-(?P<service>[^_.]+)(?:_|$)"
)


@dataclass(frozen=True)
class PriorResource:
    """One existing resource with its values."""

    address: str
    values: Mapping[str, Any]


def is_known(plan: Mapping[str, Any]) -> bool:
    """Whether the plan contains the prior state."""
    return "values" in (plan.get("prior_state") or {})


def resources(plan: Mapping[str, Any], kind: str) -> Iterator[PriorResource]:
    """Yield the managed resources of a canonical type, including those in modules.

    Leftovers of an interrupted replacement are not among them: another resource has their address.

    https://developer.hashicorp.com/terraform/internals/json-format#values-representation
    """
    values = (plan.get("prior_state") or {}).get("values") or {}
    yield from _in_module(values.get("root_module") or {}, kind)


def _in_module(module: Mapping[str, Any], kind: str) -> Iterator[PriorResource]:
    for each in module.get("resources") or ():
        if canonical_type(each["type"]) == kind and each["mode"] == "managed" and "deposed_key" not in each:
            yield PriorResource(each["address"], each.get("values") or {})
    for child in module.get("child_modules") or ():
        yield from _in_module(child, kind)


def blocks(values: Mapping[str, Any], *path: str) -> Iterator[Mapping[str, Any]]:
    """Yield the nested blocks that ``path`` leads to, through all elements of each list."""
    here: list[Mapping[str, Any]] = [values]
    for name in path:
        here = [block for each in here for block in each.get(name) or () if block]
    yield from here


def find_owner(address: str) -> str:
    """Return the service that a resource belongs to: ``web``, or ``prod/web`` if it releases to another environment.

    A resource that belongs to no service is its own owner.
    """
    found = _OF_A_SERVICE.search(address)
    return "/".join(filter(None, found.groups())) if found else address
