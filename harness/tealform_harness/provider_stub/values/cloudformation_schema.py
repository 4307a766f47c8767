"""Constraints in CloudFormation's resource schemas, which cfn-lint carries.

https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html. They are read as files, since
importing cfn-lint takes seconds.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tealform_harness.provider_stub.values.constraint import Constraint, is_readable
from tealform_harness.provider_stub.values.shape import Shape, find

# Types have the same schema in nearly all regions; the first has them all.
_REGION = "us-east-1"


@dataclass(frozen=True)
class CloudFormationShape:
    """A part of a resource's schema; an array stands for its items."""

    schema: dict[str, Any]
    part: dict[str, Any]

    def member(self, name: str) -> Shape | None:
        """The property called ``name`` of an object."""
        properties = self._definition().get("properties", {})
        found = find(list(properties), name)
        return CloudFormationShape(self.schema, properties[found]) if found else None

    def constraint(self) -> Constraint | None:
        """Lengths, ranges, patterns and enumerations of a string or number."""
        definition = self._definition()
        constraint: Constraint = {"source": "CloudFormation"}
        if definition.get("minLength"):
            constraint["min_length"] = definition["minLength"]
        if "maxLength" in definition:
            constraint["max_length"] = definition["maxLength"]
        if "minimum" in definition:
            constraint["minimum"] = definition["minimum"]
        if "maximum" in definition:
            constraint["maximum"] = definition["maximum"]
        if "enum" in definition:
            constraint["choices"] = [str(each) for each in definition["enum"]]
        if "pattern" in definition and is_readable(definition["pattern"]):
            constraint["pattern"] = definition["pattern"]
        return constraint if len(constraint) > 1 else None

    def _definition(self) -> dict[str, Any]:
        definition = self.part
        while "$ref" in definition or "items" in definition:
            definition = self._referred(definition["$ref"]) if "$ref" in definition else definition["items"]
        return definition

    def _referred(self, reference: str) -> dict[str, Any]:
        """What ``#/definitions/Name`` or ``#/properties/Name/items`` points at."""
        found = self.schema
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        return found


def resource_properties(resource: str) -> Shape | None:
    """The properties of a resource type, or the one property of it that is named after a space."""
    name, _, way = resource.partition(" ")
    schemas = _schemas()
    files = json.loads((schemas / "providers" / f"{_REGION}.json").read_text(encoding="utf-8"))
    schema = json.loads((schemas / "resources" / f"{files[name]}.json").read_text(encoding="utf-8"))
    shape: Shape | None = CloudFormationShape(schema, schema)
    for step in way.split(".") if way else ():
        shape = shape.member(step) if shape else None
    return shape


def _schemas() -> Path:
    spec = importlib.util.find_spec("cfnlint")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("cfn-lint is not installed; run `make test`", name="cfnlint")
    return Path(spec.submodule_search_locations[0], "data", "schemas")
