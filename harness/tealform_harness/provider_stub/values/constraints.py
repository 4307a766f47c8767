"""Finds the constraints on the attributes of a resource type, keeps them in the user's cache, and checks values."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

from tealform_harness.provider_stub import blocks
from tealform_harness.provider_stub.cache import Cache
from tealform_harness.provider_stub.protocol import Step, StubDiagnostic, Value, error, warning
from tealform_harness.provider_stub.schema.model import Block
from tealform_harness.provider_stub.values import sources
from tealform_harness.provider_stub.values.api_mappings import API_MAPPINGS, OTHER_NAMES, ApiMapping
from tealform_harness.provider_stub.values.constraint import DOCUMENTED_LIMITS, Constraint, find_violation
from tealform_harness.provider_stub.values.sources import Shape

# By the path of the attribute, like "health_check.path".
Constraints: TypeAlias = dict[str, list[Constraint]]


def find_constraints(terraform_type: str, block: Block) -> Constraints:
    """Find the constraints on values of a resource type with this schema; empty if it has no mapping."""
    mapping = API_MAPPINGS.get(terraform_type)
    if mapping is None:
        return {}
    kept: Constraints | None = _cache().get(terraform_type)
    if kept is None:
        kept = _read_constraints(terraform_type, block, mapping)
        _cache().put(terraform_type, kept)
    return kept


def check_values(
    terraform_type: str, block: Block, config: dict[str, Value], known: Constraints
) -> Iterator[StubDiagnostic]:
    """Yield a warning for each value that one source refuses, an error for each that two refuse.

    Values that are unknown, null or empty are skipped: an empty text is AWS's own default in many places.
    """
    for place in blocks.walk(block, config):
        for name in place.block["attributes"]:
            found = known.get(".".join((*place.names, name)))
            for value in _scalars(place.value.get(name)) if found else ():
                yield from _check_value(terraform_type, (*place.path, name), found or [], value)


def _scalars(value: Value) -> list[Value]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str | int | float) and each != ""]


def _check_value(
    terraform_type: str, path: tuple[Step, ...], known: list[Constraint], value: Value
) -> Iterator[StubDiagnostic]:
    refusals = {each["source"]: wrong for each in known if (wrong := find_violation(each, value))}
    if not refusals:
        return
    attribute = ".".join(str(step) for step in path if isinstance(step, str))
    verb, severity = ("refuse", error) if len(refusals) > 1 else ("refuses", warning)
    summary = f"{terraform_type}.{attribute}: {' and '.join(refusals)} {verb} this value"
    yield severity(summary, "\n".join(f"{source}: {wrong}." for source, wrong in refusals.items()), path)


@functools.cache
def _cache() -> Cache:
    return Cache("values", [version("botocore"), version("cfn-lint")], Path(__file__).parent)


def _read_constraints(terraform_type: str, block: Block, mapping: ApiMapping) -> Constraints:
    found: Constraints = defaultdict(list)
    for shape in _shapes(mapping):
        for path, constraint in _in_block(block, shape, shape, terraform_type):
            found[path.removeprefix(f"{terraform_type}.")].append(constraint)
    for attribute, documented in DOCUMENTED_LIMITS.items():
        name, _, path = attribute.partition(".")
        if name == terraform_type:
            found[path].append(documented)
    return found


def _shapes(mapping: ApiMapping) -> Iterator[Shape]:
    if mapping.operation and (shape := sources.read_operation_input(mapping.operation)):
        yield shape
    if mapping.resource and (shape := sources.read_resource_properties(mapping.resource)):
        yield shape


def _in_block(block: Block, shape: Shape | None, root: Shape, outer: str) -> Iterator[tuple[str, Constraint]]:
    for name in _settable(block):
        member = _find_counterpart(shape, root, f"{outer}.{name}")
        if member and (constraint := member.read_constraint()):
            yield f"{outer}.{name}", constraint
    for name, nested in block["block_types"].items():
        # A block may exist in Terraform alone, with members that are the resource's own elsewhere.
        path = f"{outer}.{name}"
        yield from _in_block(nested["block"], _find_counterpart(shape, root, path), root, path)


def _settable(block: Block) -> list[str]:
    # Every resource of the provider's older kind has an "id" that claims to be settable, and never is.
    return [
        name
        for name, attribute in block["attributes"].items()
        if (attribute.get("required") or attribute.get("optional")) and not (name == "id" and attribute.get("computed"))
    ]


def _find_counterpart(shape: Shape | None, root: Shape, path: str) -> Shape | None:
    """Find the counterpart of the attribute or block at ``path``; ``shape`` is that of the block around it, if any."""
    other = OTHER_NAMES.get(path)
    if other is None:
        return shape.find_member(path.rpartition(".")[2]) if shape else None
    # Other names at the top are paths from the resource; deeper ones are names in their block, if it has a counterpart.
    return sources.follow(shape or root, other) if other else None
