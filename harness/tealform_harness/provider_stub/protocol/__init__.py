"""Terraform's plugin protocol 6, as far as the stub speaks it: its messages, and how values and schemas travel in them.

https://developer.hashicorp.com/terraform/plugin/terraform-plugin-protocol
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias, cast

import grpc
import msgpack

from tealform_harness.provider_stub.schema.model import Block, ProviderSchema, Schema

# Terraform's values in Python: None, bool, int, float, str, list, dict, and UNKNOWN.
Value: TypeAlias = Any
# A message of tfplugin6.proto. Its class is made when this module is loaded, so a type checker cannot see it.
Message: TypeAlias = Any
# The name of an attribute or block, or a position in a list. Elements of sets have no position.
Step: TypeAlias = str | int

# Terraform's "known after apply": an extension of msgpack whose content does not matter.
# https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/object-wire-format.md
UNKNOWN = msgpack.ExtType(0, b"\x00")


class _Messages(Protocol):
    """The module that protobuf makes of ``tfplugin6.proto``."""

    DESCRIPTOR: Any

    def __getattr__(self, name: str) -> Message: ...


messages = cast(_Messages, grpc.protos("tealform_harness/provider_stub/protocol/tfplugin6.proto"))


@dataclass(frozen=True)
class StubDiagnostic:
    """A complaint of the stub about the value at ``path`` in a resource, a data source or the provider."""

    severity: Literal["ERROR", "WARNING"]
    summary: str
    detail: str
    path: tuple[Step, ...] = ()

    def encode(self) -> Message:
        """Return the diagnostic as a message. It names the stub, since Terraform presents it as the provider's own."""
        return messages.Diagnostic(
            severity=self.severity,
            summary=self.summary,
            detail=f"{self.detail}\n\nSaid by the stand-in for hashicorp/aws.",
            attribute=encode_path(self.path),
        )


def error(summary: str, detail: str, path: tuple[Step, ...] = ()) -> StubDiagnostic:
    """Return a diagnostic that stops Terraform."""
    return StubDiagnostic("ERROR", summary, detail, path)


def warning(summary: str, detail: str, path: tuple[Step, ...] = ()) -> StubDiagnostic:
    """Return a diagnostic that does not stop Terraform."""
    return StubDiagnostic("WARNING", summary, detail, path)


def decode(value: Message) -> Value:
    """Return the value in a ``DynamicValue``. Each "known after apply", refined or not, is ``UNKNOWN``."""
    if value.msgpack:
        return msgpack.unpackb(value.msgpack, ext_hook=lambda _code, _data: UNKNOWN, strict_map_key=False)
    return json.loads(value.json or b"null")


def encode(value: Value) -> Message:
    """Return ``value`` as a ``DynamicValue``."""
    return messages.DynamicValue(msgpack=msgpack.packb(value))


def encode_path(steps: tuple[Step, ...]) -> Message:
    """Return the path to an attribute or block: names, and positions in lists."""
    step = messages.AttributePath.Step
    return messages.AttributePath(
        steps=[step(attribute_name=each) if isinstance(each, str) else step(element_key_int=each) for each in steps]
    )


def encode_schema(schema: ProviderSchema) -> Message:
    """Return the answer to ``GetProviderSchema``."""
    return messages.GetProviderSchema.Response(
        provider=_schema(schema["provider"]),
        resource_schemas={name: _schema(each) for name, each in schema["resource_schemas"].items()},
        data_source_schemas={name: _schema(each) for name, each in schema["data_source_schemas"].items()},
        server_capabilities=messages.ServerCapabilities(plan_destroy=False),
    )


def _schema(schema: Schema) -> Message:
    return messages.Schema(version=schema["version"], block=_block(schema["block"]))


def _block(block: Block) -> Message:
    attributes = [
        messages.Schema.Attribute(name=name, **{**attribute, "type": json.dumps(attribute["type"]).encode()})
        for name, attribute in block["attributes"].items()
    ]
    nested = [
        messages.Schema.NestedBlock(
            type_name=name,
            block=_block(each["block"]),
            nesting=each["nesting_mode"].upper(),
            min_items=each.get("min_items", 0),
            max_items=each.get("max_items", 0),
        )
        for name, each in block["block_types"].items()
    ]
    return messages.Schema.Block(attributes=attributes, block_types=nested)
