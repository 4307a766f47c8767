"""The two sources of constraints: botocore's models of AWS's APIs, and CloudFormation's schemas, which cfn-lint carries.

https://smithy.io/2.0/spec/constraint-traits.html, as botocore writes them: ``min`` and ``max`` are a length for
strings and a value for numbers.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html. They are read as files, since
importing cfn-lint takes seconds.
"""

from __future__ import annotations

import functools
import gzip
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from tealform_harness.provider_stub.values.constraint import Constraint, Source, is_readable

# Types have the same schema in nearly all regions; the first has them all.
_REGION = "us-east-1"

# The keys of a constraint, by what each source calls them.
_TEXT_TRAITS = {"min": "min_length", "max": "max_length", "enum": "choices"}
_NUMBER_TRAITS = {"min": "minimum", "max": "maximum"}
_SCHEMA_KEYS = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "minimum": "minimum",
    "maximum": "maximum",
    "enum": "choices",
}


class Shape(Protocol):
    """A value in a source's model: a structure has members, all other values may have a constraint.

    A list stands for its elements, since Terraform's blocks are their elements as well.
    """

    def find_member(self, name: str) -> Shape | None:
        """Find the member called ``name``, written as in the source or as in Terraform; ``None`` if there is none."""

    def read_constraint(self) -> Constraint | None:
        """Read the constraint on the value; ``None`` if there is none."""


@dataclass(frozen=True)
class BotocoreShape:
    """A shape of a service's model; a list stands for its elements."""

    shapes: dict[str, Any]
    name: str

    def find_member(self, name: str) -> Shape | None:
        """Find the member called ``name`` of a structure."""
        members = self._definition().get("members", {})
        found = _match_name(list(members), name)
        return BotocoreShape(self.shapes, members[found]["shape"]) if found else None

    def read_constraint(self) -> Constraint | None:
        """Read lengths, ranges, patterns and enumerations of a string or number."""
        definition = self._definition()
        match definition["type"]:
            case "string":
                # AWS's own pages write these patterns without anchors and mean the whole value.
                pattern = rf"^(?:{definition['pattern']})\Z" if "pattern" in definition else ""
                return _constraint("botocore", definition, _TEXT_TRAITS, pattern)
            case "integer" | "long" | "float" | "double":
                return _constraint("botocore", definition, _NUMBER_TRAITS)
        return None

    def _definition(self) -> dict[str, Any]:
        definition: dict[str, Any] = self.shapes[self.name]
        while definition["type"] == "list":
            definition = self.shapes[definition["member"]["shape"]]
        return definition


@dataclass(frozen=True)
class CloudFormationShape:
    """A part of a resource's schema; an array stands for its items."""

    schema: dict[str, Any]
    part: dict[str, Any]

    def find_member(self, name: str) -> Shape | None:
        """Find the property called ``name`` of an object."""
        properties = self._definition().get("properties", {})
        found = _match_name(list(properties), name)
        return CloudFormationShape(self.schema, properties[found]) if found else None

    def read_constraint(self) -> Constraint | None:
        """Read lengths, ranges, patterns and enumerations of a string or number."""
        definition = self._definition()
        return _constraint("CloudFormation", definition, _SCHEMA_KEYS, definition.get("pattern", ""))

    def _definition(self) -> dict[str, Any]:
        definition = self.part
        while "$ref" in definition or "items" in definition:
            definition = self._resolve(definition["$ref"]) if "$ref" in definition else definition["items"]
        return definition

    def _resolve(self, reference: str) -> dict[str, Any]:
        """Return what ``#/definitions/Name`` or ``#/properties/Name/items`` points at."""
        found = self.schema
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        return found


def read_operation_input(operation: str) -> Shape | None:
    """Read the input of ``service.Operation``, or the member of it that is named after a space."""
    call, _, path = operation.partition(" ")
    service, _, name = call.partition(".")
    model = _service_model(service)
    return follow(BotocoreShape(model["shapes"], model["operations"][name]["input"]["shape"]), path)


def read_resource_properties(resource: str) -> Shape | None:
    """Read the properties of a CloudFormation type, or the one property of it that is named after a space."""
    name, _, path = resource.partition(" ")
    schemas = _data_folder("cfnlint", "cfn-lint") / "schemas"
    files = json.loads((schemas / "providers" / f"{_REGION}.json").read_text(encoding="utf-8"))
    schema = json.loads((schemas / "resources" / f"{files[name]}.json").read_text(encoding="utf-8"))
    return follow(CloudFormationShape(schema, schema), path)


def follow(shape: Shape | None, path: str) -> Shape | None:
    """Find the member at a path like ``Matcher.HttpCode``; ``None`` if there is none, ``shape`` for an empty path."""
    for step in path.split(".") if path else ():
        shape = shape.find_member(step) if shape else None
    return shape


def _constraint(
    source: Source, definition: Mapping[str, Any], keys: Mapping[str, str], pattern: str = ""
) -> Constraint | None:
    values = {key: definition[name] for name, key in keys.items() if name in definition}
    if not values.get("min_length", 1):
        del values["min_length"]
    if "choices" in values:
        values["choices"] = [str(each) for each in values["choices"]]
    if pattern and is_readable(pattern):
        values["pattern"] = pattern
    return cast(Constraint, {"source": source, **values}) if values else None


def _match_name(names: list[str], wanted: str) -> str | None:
    """Find the name that means ``wanted``: ``HealthCheckPath`` for ``health_check_path``, ``stages`` for ``stage``."""
    by_letters = {_letters(name): name for name in names}
    return by_letters.get(_letters(wanted)) or by_letters.get(f"{_letters(wanted)}s")


def _letters(name: str) -> str:
    return name.replace("_", "").lower()


@functools.cache
def _service_model(service: str) -> dict[str, Any]:
    # One folder a version of the API, by date; the latest is in use.
    folder = max((_data_folder("botocore", "botocore") / service).iterdir())
    model: dict[str, Any] = json.loads(gzip.decompress((folder / "service-2.json.gz").read_bytes()))
    return model


def _data_folder(package: str, distribution: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{distribution} is not installed; run: pip install 'tealform[verify]'", name=package)
    return Path(spec.submodule_search_locations[0], "data")
