"""Turns a module of the bindings into the schema that it was generated from, with Terraform's types of values."""

from __future__ import annotations

import json
import re
from typing import cast

from tealform_harness.provider_stub.schema.binding_parser import Argument, Module, Property, Struct
from tealform_harness.provider_stub.schema.model import Attribute, Block, NestedBlock, NestingMode, Schema, ValueType

# `return this.getStringAttribute('name');`, around it `cdktf.Fn.tolist(` if Terraform's collection is a set.
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

# `private _tags = new cdktf.StringMap(this, "tags");` or `new EcsServiceAlarmsList(this, "alarms", true);`,
# where `true` marks a set.
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

# `private _rows?: string[][] | cdktf.IResolvable;`: the TypeScript of what `interpolationForAttribute` returns.
_DECLARED = re.compile(r"_\w+\?: (?P<type>[^;]+);")

_SCALARS = {"string": "string", "number": "number", "boolean": "bool"}
_OBJECTS = ("OutputReference", "MapList", "Map", "List")


def build_schema(module: Module) -> Schema:
    """Build the schema of the module's resource type, data source or provider.

    It lacks what the bindings do not know: see ``schema_overrides``. Its version is 0 whatever the provider's is, and
    matters only to states that a real provider wrote.
    """
    return {"version": 0, "block": _block(module.element, module)}


def _block(struct: Struct, module: Module) -> Block:
    block: Block = {"attributes": {}, "block_types": {}}
    for each in struct.properties:
        argument = struct.arguments.get(each.name)
        if argument and argument.is_block:
            block["block_types"][each.name] = _nested_block(each, argument, module)
        else:
            block["attributes"][each.name] = _attribute(each, argument, module)
    return block


def _attribute(declared: Property, argument: Argument | None, module: Module) -> Attribute:
    flags = {name: True for name in ("required", "optional", "computed") if getattr(declared, name)}
    return cast(Attribute, {"type": infer_type(declared, module.structs, argument), **flags})


def _nested_block(declared: Property, argument: Argument, module: Module) -> NestedBlock:
    struct, suffix = _find_struct(declared.code, module.structs)
    if not struct:
        return {"nesting_mode": _mode(argument), "block": _block_of_arguments(argument.struct, module)}
    block = _block(module.structs[struct], module)
    nested: NestedBlock = {"nesting_mode": _mode(argument), "block": block}
    if nested["nesting_mode"] == "set" and '"dynamic"' in json.dumps(block):
        # CDKTF calls deeply nested blocks (WAF's statements) `any`, which Terraform allows in lists only.
        nested["nesting_mode"] = "list"
    if nested["nesting_mode"] != "single":
        if declared.required:
            nested["min_items"] = 1
        if suffix == "OutputReference":
            nested["max_items"] = 1
    return nested


def _block_of_arguments(struct: str, module: Module) -> Block:
    """Build a block of the provider, which is known by its mapping only: that does not say what is required."""
    block: Block = {"attributes": {}, "block_types": {}}
    for name, argument in module.arguments[struct].items():
        if argument.is_block:
            nested = _block_of_arguments(argument.struct, module)
            block["block_types"][name] = {"nesting_mode": _mode(argument), "block": nested}
        else:
            block["attributes"][name] = {"type": _argument_type(argument), "optional": True}
    return block


def _mode(argument: Argument) -> NestingMode:
    return "single" if argument.collection == "struct" else cast(NestingMode, argument.collection)


def infer_type(attribute: Property, structs: dict[str, Struct], argument: Argument | None) -> ValueType:
    """Return the type of ``attribute``; ``structs`` are those of its module, ``argument`` is how it is set, if it can be."""
    if field := _FIELD.search(attribute.code):
        return _field_type(field, structs)
    getter = _GETTER.search(attribute.code)
    if getter is None:
        # A provider's arguments cannot be referred to and have no typed getters.
        return _argument_type(argument) if argument else "dynamic"
    if getter["getter"] in _GETTERS:
        return _set_if(bool(getter["set"]), _GETTERS[getter["getter"]])
    declared = _DECLARED.search(attribute.code)
    return _set_if(bool(getter["set"]), _declared_type(declared["type"] if declared else ""))


def _find_struct(code: str, structs: dict[str, Struct]) -> tuple[str, str]:
    """Return the struct that a property's field is made of, and how: ``OutputReference``, ``List``, ``Map`` or ``MapList``.

    Both are empty if it is not made of a struct. A struct's own name may end like a suffix (``…ListToMap``).
    """
    made = field["made"] if (field := _FIELD.search(code)) else ""
    for suffix in _OBJECTS:
        if made.endswith(suffix) and made.removesuffix(suffix) in structs:
            return made.removesuffix(suffix), suffix
    return "", ""


def _field_type(field: re.Match[str], structs: dict[str, Struct]) -> ValueType:
    if field["made"] in _FIELDS:
        return _set_if(field["set"] == "true", _FIELDS[field["made"]])
    struct, suffix = _find_struct(field[0], structs)
    members = {member.name: infer_type(member, structs, None) for member in structs[struct].properties}
    one: ValueType = ["object", members]
    if suffix == "OutputReference":
        return one
    return ["map", one] if suffix == "Map" else _set_if(field["set"] == "true", ["list", one])


def _argument_type(argument: Argument) -> ValueType:
    """Return the type of a value that is known only by the way it is set."""
    scalar = next((name for word, name in _SCALARS.items() if argument.storage.startswith(word)), "dynamic")
    return scalar if argument.collection == "simple" else [argument.collection, scalar]


def _declared_type(typescript: str) -> ValueType:
    """``string[][]`` becomes a list of lists of strings, ``{ [key: string]: string[] }[]`` a list of maps of lists."""
    if "{ [key: string]:" in typescript:
        values, _, after = typescript.rpartition("}")
        nested: ValueType = ["map", "string"] if values.count("[key") > 1 else "string"
        return _in_lists(["map", ["list", "string"] if "string[]" in values else nested], after.count("[]"))
    depth = typescript.count("[]")
    scalar = next((name for word, name in _SCALARS.items() if typescript.startswith(word)), "string")
    return _in_lists(scalar, depth) if depth else "dynamic"


def _in_lists(one: ValueType, depth: int) -> ValueType:
    for _ in range(depth):
        one = ["list", one]
    return one


def _set_if(is_set: bool, collection: ValueType) -> ValueType:
    return ["set", *collection[1:]] if is_set and isinstance(collection, list) else collection
