"""Finds the constraints on the attributes of a resource type, and keeps them in the user's cache."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

from tealform_harness.provider_stub.cache import Cache
from tealform_harness.provider_stub.schema.model import Block
from tealform_harness.provider_stub.values import botocore_model, cloudformation_schema
from tealform_harness.provider_stub.values.api_mappings import COUNTERPARTS, Counterpart
from tealform_harness.provider_stub.values.constraint import Constraint
from tealform_harness.provider_stub.values.documented_limits import DOCUMENTED
from tealform_harness.provider_stub.values.shape import Shape

# By the path of the attribute, like «health_check.path».
Constraints: TypeAlias = dict[str, list[Constraint]]


def of(terraform_type: str, block: Block) -> Constraints:
    """What is known of the values of a resource type with this schema; nothing if it has no counterpart."""
    counterpart = COUNTERPARTS.get(terraform_type)
    if counterpart is None:
        return {}
    kept: Constraints | None = _cache().get(terraform_type)
    if kept is None:
        kept = _found(terraform_type, block, counterpart)
        _cache().keep(terraform_type, kept)
    return kept


@functools.cache
def _cache() -> Cache:
    return Cache("values", [version("botocore"), version("cfn-lint")], Path(__file__).parent)


def _found(terraform_type: str, block: Block, counterpart: Counterpart) -> Constraints:
    found: Constraints = defaultdict(list)
    for shape in _shapes(counterpart):
        for path, constraint in _in_block(block, shape, shape, counterpart.names, ""):
            found[path].append(constraint)
    for attribute, documented in DOCUMENTED.items():
        name, _, path = attribute.partition(".")
        if name == terraform_type:
            found[path].append(documented)
    return found


def _shapes(counterpart: Counterpart) -> Iterator[Shape]:
    if counterpart.operation and (shape := botocore_model.operation_input(counterpart.operation)):
        yield shape
    if counterpart.resource and (shape := cloudformation_schema.resource_properties(counterpart.resource)):
        yield shape


def _in_block(
    block: Block, shape: Shape, root: Shape, names: Mapping[str, str], outer: str
) -> Iterator[tuple[str, Constraint]]:
    for name in _settable(block):
        member = _counterpart(shape, root, names, outer, name)
        if member and (constraint := member.constraint()):
            yield outer + name, constraint
    for name, nested in block["block_types"].items():
        # A block may exist in Terraform alone, with members that are the resource's own elsewhere.
        inner = _counterpart(shape, root, names, outer, name) or _Nothing()
        yield from _in_block(nested["block"], inner, root, names, f"{outer}{name}.")


def _settable(block: Block) -> list[str]:
    # Every resource of the provider's older kind has an «id» that claims to be settable, and never is.
    return [
        name
        for name, attribute in block["attributes"].items()
        if (attribute.get("required") or attribute.get("optional")) and not (name == "id" and attribute.get("computed"))
    ]


def _counterpart(shape: Shape, root: Shape, names: Mapping[str, str], outer: str, name: str) -> Shape | None:
    exception = names.get(outer + name)
    if exception is None:
        return shape.member(name)
    # Exceptions at the top are paths from the resource; deeper ones are names in their block, if it has a counterpart.
    start: Shape | None = root if isinstance(shape, _Nothing) else shape
    for step in exception.split("."):
        start = start.member(step) if start else None
    return start


class _Nothing:
    """A structure without members."""

    def member(self, name: str) -> Shape | None:
        return None

    def constraint(self) -> Constraint | None:
        return None
