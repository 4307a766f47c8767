"""Constraints in botocore's models of AWS's APIs.

https://smithy.io/2.0/spec/constraint-traits.html, as botocore writes them: ``min`` and ``max`` are a length for
strings and a value for numbers.
"""

from __future__ import annotations

import functools
import gzip
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tealform_harness.provider_stub.values.constraint import Constraint, is_readable
from tealform_harness.provider_stub.values.shape import Shape, find


@dataclass(frozen=True)
class BotocoreShape:
    """A shape of a service's model; a list stands for its elements."""

    shapes: dict[str, Any]
    name: str

    def member(self, name: str) -> Shape | None:
        """The member called ``name`` of a structure."""
        members = self._definition().get("members", {})
        found = find(list(members), name)
        return BotocoreShape(self.shapes, members[found]["shape"]) if found else None

    def constraint(self) -> Constraint | None:
        """Lengths, ranges, patterns and enumerations of a string or number."""
        definition = self._definition()
        constraint: Constraint = {"source": "botocore"}
        match definition["type"]:
            case "string":
                _add_text(constraint, definition)
            case "integer" | "long" | "float" | "double":
                if "min" in definition:
                    constraint["minimum"] = definition["min"]
                if "max" in definition:
                    constraint["maximum"] = definition["max"]
        return constraint if len(constraint) > 1 else None

    def _definition(self) -> dict[str, Any]:
        definition: dict[str, Any] = self.shapes[self.name]
        while definition["type"] == "list":
            definition = self.shapes[definition["member"]["shape"]]
        return definition


def operation_input(operation: str) -> Shape | None:
    """What goes into ``service.Operation``, or into the member of it that is named after a space."""
    call, _, way = operation.partition(" ")
    service, _, name = call.partition(".")
    model = _model(service)
    shape: Shape | None = BotocoreShape(model["shapes"], model["operations"][name]["input"]["shape"])
    for step in way.split(".") if way else ():
        shape = shape.member(step) if shape else None
    return shape


@functools.cache
def _model(service: str) -> dict[str, Any]:
    spec = importlib.util.find_spec("botocore")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("botocore is not installed; run `make test`", name="botocore")
    # One folder a version of the API, by date; the latest is in use.
    folders = sorted(Path(spec.submodule_search_locations[0], "data", service).iterdir())
    model: dict[str, Any] = json.loads(gzip.decompress((folders[-1] / "service-2.json.gz").read_bytes()))
    return model


def _add_text(constraint: Constraint, definition: dict[str, Any]) -> None:
    if definition.get("min"):
        constraint["min_length"] = definition["min"]
    if "max" in definition:
        constraint["max_length"] = definition["max"]
    if "enum" in definition:
        constraint["choices"] = definition["enum"]
    # AWS's own pages write these patterns without anchors and mean the whole value.
    pattern = rf"^(?:{definition.get('pattern', '')})\Z"
    if "pattern" in definition and is_readable(pattern):
        constraint["pattern"] = pattern
