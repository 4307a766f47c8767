"""The messages of ``tfplugin6.proto``, and how Terraform's values and schemas travel in them."""

from __future__ import annotations

import json
from typing import Any, Protocol, TypeAlias, cast

import grpc
import msgpack

from tealform_harness.provider_stub.diagnostic import Diagnostic, Severity, Step
from tealform_harness.provider_stub.schema.model import Block, ProviderSchema, Schema

# What Terraform's values are in Python: None, bool, int, float, str, list, dict, and UNKNOWN.
Value: TypeAlias = Any
# A message of tfplugin6.proto. Its class is made when this module is loaded, so a type checker cannot see it.
Message: TypeAlias = Any

# Terraform's «known after apply»: an extension of msgpack whose content does not matter.
# https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/object-wire-format.md
UNKNOWN = msgpack.ExtType(0, b"\x00")

_MODES = {"single": "SINGLE", "list": "LIST", "set": "SET"}


class _Messages(Protocol):
    """The module that protobuf makes of ``tfplugin6.proto``."""

    DESCRIPTOR: Any

    def __getattr__(self, name: str) -> Message: ...


messages = cast(_Messages, grpc.protos("tealform_harness/provider_stub/protocol/tfplugin6.proto"))


def read(value: Message) -> Value:
    """The value in a ``DynamicValue``. Every «known after apply», refined or not, is ``UNKNOWN``."""
    if value.msgpack:
        return msgpack.unpackb(value.msgpack, ext_hook=lambda _code, _data: UNKNOWN, strict_map_key=False)
    return json.loads(value.json or b"null")


def dynamic(value: Value) -> Message:
    """``value`` as a ``DynamicValue``."""
    return messages.DynamicValue(msgpack=msgpack.packb(value))


def schema_response(schema: ProviderSchema) -> Message:
    """The answer to ``GetProviderSchema``."""
    return messages.GetProviderSchema.Response(
        provider=_schema(schema["provider"]),
        resource_schemas={name: _schema(each) for name, each in schema["resource_schemas"].items()},
        data_source_schemas={name: _schema(each) for name, each in schema["data_source_schemas"].items()},
        server_capabilities=messages.ServerCapabilities(plan_destroy=False),
    )


def diagnostic(found: Diagnostic) -> Message:
    """``found`` as a message."""
    severity = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING"}[found.severity]
    return messages.Diagnostic(
        severity=severity, summary=found.summary, detail=found.detail, attribute=path(found.path)
    )


def path(steps: tuple[Step, ...]) -> Message:
    """The way to an attribute or block: names, and positions in lists."""
    step = messages.AttributePath.Step
    return messages.AttributePath(
        steps=[step(attribute_name=each) if isinstance(each, str) else step(element_key_int=each) for each in steps]
    )


def _schema(schema: Schema) -> Message:
    return messages.Schema(version=schema["version"], block=_block(schema["block"]))


def _block(block: Block) -> Message:
    attributes = [
        messages.Schema.Attribute(
            name=name,
            **{**attribute, "type": json.dumps(attribute["type"]).encode()},
        )
        for name, attribute in block["attributes"].items()
    ]
    nested = [
        messages.Schema.NestedBlock(
            type_name=name,
            block=_block(each["block"]),
            nesting=_MODES[each["nesting_mode"]],
            min_items=each.get("min_items", 0),
            max_items=each.get("max_items", 0),
        )
        for name, each in block["block_types"].items()
    ]
    return messages.Schema.Block(attributes=attributes, block_types=nested)
