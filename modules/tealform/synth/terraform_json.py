"""Reads Terraform's JSON syntax, in which a block is an object, or a list of objects, at every level.

https://developer.hashicorp.com/terraform/language/syntax/json#nested-block-mapping
What is neither is skipped: Terraform reports it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Resource:
    """One body of a resource (``mode`` is ``resource``) or a data source (``data``)."""

    mode: str
    type: str
    name: str
    body: dict[str, Any]

    @property
    def address(self) -> str:
        """The address in Terraform's form, like ``aws_vpc.main`` or ``data.aws_region.here``."""
        return f"{'data.' if self.mode == 'data' else ''}{self.type}.{self.name}"


def blocks(value: object) -> Iterator[dict[str, Any]]:
    """Yield the bodies where a block is allowed; they may be changed in place."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield each


def types(document: Mapping[str, Any], mode: str) -> set[str]:
    """Return the types of all resources (``mode`` is ``resource``) or data sources (``data``)."""
    return {kind for section in blocks(document.get(mode)) for kind in section}


def resources(document: Mapping[str, Any]) -> Iterator[Resource]:
    """Yield all resources and data sources."""
    for mode in ("resource", "data"):
        for section in blocks(document.get(mode)):
            for kind, labelled in section.items():
                for named in blocks(labelled):
                    for name, bodies in named.items():
                        yield from (Resource(mode, kind, name, body) for body in blocks(bodies))
