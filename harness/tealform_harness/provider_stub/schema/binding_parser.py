"""Parses the TypeScript that CDKTF generates for a resource type, a data source or a provider.

CDKTF's generator makes it from Terraform's own schema, always in the same shape:
https://github.com/hashicorp/terraform-cdk/tree/main/packages/%40cdktf/provider-generator
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FLAGS = re.MULTILINE | re.DOTALL

# `export class EcsServiceAlarmsOutputReference extends cdktf.ComplexObject {` down to its closing brace.
_CLASS = re.compile(r"^export class (?P<name>\w+) extends cdktf\.(?P<base>\w+) \{\n(?P<code>.*?)^\}", _FLAGS)

# `  // alarm_names - computed: false, optional: false, required: true` and the property below it, up to the next
# such comment, the next headline (`  // ======`), or the end of the class.
_PROPERTY = re.compile(
    r"^  // (?P<name>\w+) - computed: (?P<computed>\w+), optional: (?P<optional>\w+), required: (?P<required>\w+)\n"
    r"(?P<code>.*?)(?=^  // \w+ - computed|^  // =====|\Z)",
    _FLAGS,
)

# `export function ecsServiceAlarmsToHclTerraform(…) {` down to its closing brace.
_MAPPING = re.compile(r"^export function (?P<struct>\w+)ToHclTerraform\((?P<code>.*?)^\}", _FLAGS)

# One argument in a mapping:
#     alarm_names: {
#       value: cdktf.listMapperHcl(cdktf.stringToHclTerraform, false)(struct!.alarmNames),
#       isBlock: false,
#       type: "set",
#       storageClassType: "stringList",
_ARGUMENT = re.compile(
    r"^ +(?P<name>\w+): \{\n +value: (?P<value>[^\n]*),\n +isBlock: (?P<is_block>\w+),\n"
    r' +type: "(?P<collection>\w+)",\n +storageClassType: "(?P<storage>\w+)"',
    _FLAGS,
)

# In a value: `ecsServiceAlarmsToHclTerraform`, and the `false` of a list or set of objects that is no block.
_STRUCT_MAPPER = re.compile(r"\b(?P<struct>\w+)ToHclTerraform\b(?!\.)(?:, (?P<is_block>true|false)\))?")

# `public static readonly tfResourceType = "aws_ecs_service";`
_TERRAFORM_TYPE = re.compile(r'tfResourceType = "(\w+)"')

# Large types keep their structs in files of their own and refer to them as `structs0.EcsServiceAlarms`.
_STRUCT_FILE = re.compile(r"\b(?:index)?structs?\d*\.", re.IGNORECASE)

_ELEMENTS = ("TerraformResource", "TerraformDataSource", "TerraformProvider")


@dataclass(frozen=True)
class Property:
    """A property of a class: a Terraform attribute or block. ``code`` is its getter, setter and field."""

    name: str
    computed: bool
    optional: bool
    required: bool
    code: str


@dataclass(frozen=True)
class Argument:
    """What the mapping to HCL says of an attribute or block that can be set.

    ``collection`` is ``simple``, ``list``, ``set``, ``map`` or ``struct``; ``storage`` what it is made of, like
    ``string`` or ``stringList``. ``struct`` is the struct that a block or an object has as its value.
    """

    collection: str
    storage: str
    struct: str
    is_block: bool


@dataclass(frozen=True)
class Struct:
    """The properties of a class, and its arguments by name."""

    properties: tuple[Property, ...]
    arguments: dict[str, Argument]


@dataclass(frozen=True)
class Module:
    """A generated module: ``element`` is the resource type, data source or provider, ``structs`` its blocks and objects.

    The structs of arguments are found by the name in ``Argument.struct``, those of values by the name of their class.
    A provider's blocks have no classes, hence ``arguments``: the mapping alone, by struct.
    """

    terraform_type: str
    element: Struct
    structs: dict[str, Struct]
    arguments: dict[str, dict[str, Argument]]


def parse(text: str) -> Module | None:
    """Parse a module's TypeScript; return ``None`` if it generates no element (the index of all modules)."""
    text = _STRUCT_FILE.sub("", text.replace("\r", ""))
    classes = {found["name"]: found for found in _CLASS.finditer(text)}
    element = next((found["code"] for found in classes.values() if found["base"] in _ELEMENTS), None)
    terraform_type = _TERRAFORM_TYPE.search(element or "")
    if element is None or terraform_type is None:
        return None
    arguments = {found["struct"]: _arguments(found["code"]) for found in _MAPPING.finditer(text)}
    structs = {}
    for name, found in classes.items():
        if name.endswith("OutputReference"):
            struct = name.removesuffix("OutputReference")
            structs[struct] = Struct(_properties(found["code"]), arguments.get(struct[0].lower() + struct[1:], {}))
    return Module(terraform_type[1], Struct(_properties(element), _arguments(element)), structs, arguments)


def _properties(code: str) -> tuple[Property, ...]:
    def flag(found: re.Match[str], name: str) -> bool:
        return found[name] == "true"

    return tuple(
        Property(
            found["name"], flag(found, "computed"), flag(found, "optional"), flag(found, "required"), found["code"]
        )
        for found in _PROPERTY.finditer(code)
    )


def _arguments(code: str) -> dict[str, Argument]:
    return {found["name"]: _argument(found) for found in _ARGUMENT.finditer(code)}


def _argument(found: re.Match[str]) -> Argument:
    mapper = _STRUCT_MAPPER.search(found["value"]) if found["is_block"] == "true" else None
    return Argument(
        collection=found["collection"],
        storage=found["storage"],
        struct=mapper["struct"] if mapper else "",
        # A list of objects that is an attribute is mapped with `false`. Terraform has no blocks in maps.
        is_block=mapper is not None and mapper["is_block"] != "false" and found["collection"] != "map",
    )
