"""Walks through the value of a block and the blocks in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tealform_harness.provider_stub.protocol import UNKNOWN, Step, Value
from tealform_harness.provider_stub.schema.model import Block, NestedBlock


@dataclass(frozen=True)
class Place:
    """A block in a configuration: its schema, its value (its attributes by name), and the path to it.

    ``names`` are the names of the blocks on the path; ``path`` holds positions in lists as well.
    """

    block: Block
    value: dict[str, Value]
    path: tuple[Step, ...] = ()
    names: tuple[str, ...] = ()


def walk(block: Block, value: Value) -> Iterator[Place]:
    """Yield the block with this value and all blocks in it, as far as they are known."""
    if isinstance(value, dict):
        yield from _walk(Place(block, value))


def _walk(outer: Place) -> Iterator[Place]:
    yield outer
    for name, nested in outer.block["block_types"].items():
        found = outer.value.get(name)
        if found is None or found == UNKNOWN or is_opaque(nested):
            continue
        for position, value in enumerate(found if isinstance(found, list) else [found]):
            # Terraform cannot point at an element of a set, so the diagnostic is about all of them.
            step: tuple[Step, ...] = (name, position) if nested["nesting_mode"] == "list" else (name,)
            if isinstance(value, dict):
                yield from _walk(Place(nested["block"], value, outer.path + step, (*outer.names, name)))


def map_blocks(nested: NestedBlock, value: Value, change: Callable[[Block, Value], Value]) -> Value:
    """Return ``value``, that of all blocks of one type, with ``change`` applied to each that is known."""
    if value is None or value == UNKNOWN or is_opaque(nested):
        return value
    if isinstance(value, list):
        return [change(nested["block"], each) for each in value]
    return change(nested["block"], value)


def is_opaque(nested: NestedBlock) -> bool:
    """Return whether a list of such blocks holds values of any type: Terraform sends it as a pair of type and value."""
    return '"dynamic"' in json.dumps(nested["block"])


def has_unknown(value: Value) -> bool:
    """Return whether anything in ``value`` is known only after apply."""
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(has_unknown, value))
    return bool(value == UNKNOWN)
