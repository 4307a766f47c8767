"""The type of an attribute's value, in Terraform's words."""

from __future__ import annotations

import re

from tealform_harness.provider_stub.schema.binding_parser import Argument, Property, Struct
from tealform_harness.provider_stub.schema.model import ValueType

# «return this.getStringAttribute('name');», around it «cdktf.Fn.tolist(» if Terraform's collection is a set.
_GETTER = re.compile(r"return (?:cdktf\.Token\.as\w+\()?(?P<set>cdktf\.Fn\.tolist\()?this\.(?P<getter>\w+)\(")
_GETTERS: dict[str, ValueType] = {
    "getStringAttribute": "string",
    "getNumberAttribute": "number",
    "getBooleanAttribute": "bool",
    "getListAttribute": ["list", "string"],
    "getStringListAttribute": ["list", "string"],
    "getNumberListAttribute": ["list", "number"],
    "getStringMapAttribute": ["map", "string"],
    "getNumberMapAttribute": ["map", "number"],
    "getBooleanMapAttribute": ["map", "bool"],
    "getAnyMapAttribute": ["map", "dynamic"],
}

# «private _tags = new cdktf.StringMap(this, "tags");» or «new EcsServiceAlarmsList(this, "alarms", true);»,
# where «true» tells a set from a list.
_FIELD = re.compile(r'new (?:cdktf\.)?(?P<made>\w+)\(this, "\w+"(?:, (?P<set>\w+))?\)')
_FIELDS: dict[str, ValueType] = {
    "StringMap": ["map", "string"],
    "NumberMap": ["map", "number"],
    "BooleanMap": ["map", "bool"],
    "AnyMap": ["map", "dynamic"],
    "BooleanList": ["list", "bool"],
    "NumberList": ["list", "number"],
    "StringMapList": ["list", ["map", "string"]],
}

# «private _rows?: string[][] | cdktf.IResolvable;»: the TypeScript of what «interpolationForAttribute» returns.
_DECLARED = re.compile(r"_\w+\?: (?P<type>[^;]+);")

_SCALARS = {"string": "string", "number": "number", "boolean": "bool"}
_OBJECTS = ("OutputReference", "MapList", "Map", "List")


def of(attribute: Property, structs: dict[str, Struct], argument: Argument | None) -> ValueType:
    """The type of ``attribute``; ``structs`` are those of its module, ``argument`` how it is set, if it can be."""
    if field := _FIELD.search(attribute.code):
        return _of_field(field, structs)
    getter = _GETTER.search(attribute.code)
    if getter is None:
        # A provider's arguments cannot be referred to and have no typed getters.
        return of_argument(argument) if argument else "dynamic"
    if getter["getter"] in _GETTERS:
        return _set_if(bool(getter["set"]), _GETTERS[getter["getter"]])
    declared = _DECLARED.search(attribute.code)
    return _set_if(bool(getter["set"]), _of_declaration(declared["type"] if declared else ""))


def struct_of(code: str, structs: dict[str, Struct]) -> tuple[str, str]:
    """The struct that a property's field is made of, and how: ``OutputReference``, ``List``, ``Map`` or ``MapList``.

    Both are empty if it is not made of a struct. A struct's own name may end like a suffix (``…ListToMap``).
    """
    made = field["made"] if (field := _FIELD.search(code)) else ""
    for suffix in _OBJECTS:
        if made.endswith(suffix) and made.removesuffix(suffix) in structs:
            return made.removesuffix(suffix), suffix
    return "", ""


def _of_field(field: re.Match[str], structs: dict[str, Struct]) -> ValueType:
    if field["made"] in _FIELDS:
        return _set_if(field["set"] == "true", _FIELDS[field["made"]])
    struct, suffix = struct_of(field[0], structs)
    members = {member.name: of(member, structs, None) for member in structs[struct].properties}
    one: ValueType = ["object", members]
    if suffix == "OutputReference":
        return one
    return ["map", one] if suffix == "Map" else _set_if(field["set"] == "true", ["list", one])


def of_argument(argument: Argument) -> ValueType:
    """The type of what is known by the way it is set alone."""
    scalar = next((name for word, name in _SCALARS.items() if argument.storage.startswith(word)), "dynamic")
    return scalar if argument.collection == "simple" else [argument.collection, scalar]


def _of_declaration(typescript: str) -> ValueType:
    """``string[][]`` becomes a list of lists of strings, ``{ [key: string]: string[] }[]`` a list of maps of lists."""
    if "{ [key: string]:" in typescript:
        values, _, after = typescript.rpartition("}")
        kept: ValueType = "string"
        if "string[]" in values:
            kept = ["list", "string"]
        elif values.count("[key") > 1:
            kept = ["map", "string"]
        return _in_lists(["map", kept], after.count("[]"))
    depth = typescript.count("[]")
    scalar = next((name for word, name in _SCALARS.items() if typescript.startswith(word)), "string")
    return _in_lists(scalar, depth) if depth else "dynamic"


def _in_lists(one: ValueType, depth: int) -> ValueType:
    for _ in range(depth):
        one = ["list", one]
    return one


def _set_if(is_set: bool, collection: ValueType) -> ValueType:
    return ["set", *collection[1:]] if is_set and isinstance(collection, list) else collection
