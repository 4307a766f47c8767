"""Turns a module of the bindings into the schema that it was generated from."""

from __future__ import annotations

import json
from typing import cast

from tealform_harness.provider_stub.schema import value_types
from tealform_harness.provider_stub.schema.binding_parser import Argument, Module, Property, Struct
from tealform_harness.provider_stub.schema.model import Attribute, Block, NestedBlock, NestingMode, Schema


def schema(module: Module) -> Schema:
    """The schema of the module's resource type, data source or provider.

    What the bindings do not know is not in it: see ``lost_facts``. Its version is 0 whatever the provider's is, and
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
    attribute: Attribute = {"type": value_types.of(declared, module.structs, argument)}
    if declared.required:
        attribute["required"] = True
    if declared.optional:
        attribute["optional"] = True
    if declared.computed:
        attribute["computed"] = True
    return attribute


def _nested_block(declared: Property, argument: Argument, module: Module) -> NestedBlock:
    struct, suffix = value_types.struct_of(declared.code, module.structs)
    if not struct:
        return {"nesting_mode": _mode(argument), "block": _block_of_arguments(argument.struct, module)}
    block = _block(module.structs[struct], module)
    nested: NestedBlock = {"nesting_mode": _mode(argument), "block": block}
    if nested["nesting_mode"] == "set" and '"dynamic"' in json.dumps(block):
        # CDKTF calls deeply nested blocks (WAF's statements) «any», which Terraform allows in lists only.
        nested["nesting_mode"] = "list"
    if nested["nesting_mode"] != "single":
        if declared.required:
            nested["min_items"] = 1
        if suffix == "OutputReference":
            nested["max_items"] = 1
    return nested


def _block_of_arguments(struct: str, module: Module) -> Block:
    """A block of the provider, which is known by its mapping only. Nothing there tells what is required."""
    block: Block = {"attributes": {}, "block_types": {}}
    for name, argument in module.arguments[struct].items():
        if argument.is_block:
            nested = _block_of_arguments(argument.struct, module)
            block["block_types"][name] = {"nesting_mode": _mode(argument), "block": nested}
        else:
            block["attributes"][name] = {"type": value_types.of_argument(argument), "optional": True}
    return block


def _mode(argument: Argument) -> NestingMode:
    return "single" if argument.collection == "struct" else cast(NestingMode, argument.collection)
