"""The shape of a provider's schema, as ``terraform providers schema -json`` writes it.

https://developer.hashicorp.com/terraform/cli/commands/providers/schema
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict, Union

# "string", "number", "bool", "dynamic", or a list like ["set", "string"] or ["object", {"name": "string"}].
ValueType: TypeAlias = Union[str, "list[ValueType | dict[str, ValueType]]"]

NestingMode = Literal["single", "list", "set"]


class Attribute(TypedDict):
    """One argument or computed value."""

    type: ValueType
    required: NotRequired[bool]
    optional: NotRequired[bool]
    computed: NotRequired[bool]
    sensitive: NotRequired[bool]
    write_only: NotRequired[bool]


class NestedBlock(TypedDict):
    """One type of block in a block. No ``max_items`` means any number, no ``min_items`` none."""

    nesting_mode: NestingMode
    block: Block
    min_items: NotRequired[int]
    max_items: NotRequired[int]


class Block(TypedDict):
    """What may stand between braces."""

    attributes: dict[str, Attribute]
    block_types: dict[str, NestedBlock]


class Schema(TypedDict):
    """A resource type, a data source or the provider itself."""

    version: int
    block: Block


class ProviderSchema(TypedDict):
    """A provider with the resource types and data sources that were asked for."""

    provider: Schema
    resource_schemas: dict[str, Schema]
    data_source_schemas: dict[str, Schema]
