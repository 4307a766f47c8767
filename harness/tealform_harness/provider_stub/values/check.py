"""Judges the literal values of a resource."""

from __future__ import annotations

from collections.abc import Iterator

from tealform_harness.provider_stub import blocks
from tealform_harness.provider_stub.diagnostic import Diagnostic, Step, error, warning
from tealform_harness.provider_stub.protocol.messages import Value
from tealform_harness.provider_stub.schema.model import Block
from tealform_harness.provider_stub.values.constraint import Constraint, Source, violation
from tealform_harness.provider_stub.values.constraints import Constraints


def problems(terraform_type: str, block: Block, config: dict[str, Value], known: Constraints) -> Iterator[Diagnostic]:
    """A warning for each value that one source refuses, an error for each that two refuse.

    What is not known yet, null or empty is not judged: an empty text is AWS's own default in many places.
    """
    for place in blocks.places(block, config):
        for name in place.block["attributes"]:
            found = known.get(".".join((*place.names, name)))
            for value in _values(place.value.get(name)) if found else ():
                yield from _judge(terraform_type, (*place.path, name), found or [], value)


def _values(value: Value) -> list[Value]:
    """The scalars in ``value``, which is one, or a list of them."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str | int | float) and each != ""]


def _judge(terraform_type: str, path: tuple[Step, ...], known: list[Constraint], value: Value) -> Iterator[Diagnostic]:
    refusals = {each["source"]: wrong for each in known if (wrong := violation(each, value))}
    if not refusals:
        return
    attribute = ".".join(str(step) for step in path if isinstance(step, str))
    summary = f"{terraform_type}.{attribute}: {' and '.join(refusals)} {_verb(refusals)} this value"
    detail = "\n".join(f"{source}: {wrong}." for source, wrong in refusals.items())
    yield error(summary, detail, path) if len(refusals) > 1 else warning(summary, detail, path)


def _verb(refusals: dict[Source, str]) -> str:
    return "refuse" if len(refusals) > 1 else "refuses"
