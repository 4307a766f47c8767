"""Writes docs/environment.md, the reference of environment.hcl, from its model."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tealform.settings.environment import Environment
from tealform.settings.types import Constraint, as_block, strip_annotated, union_members

FILE = Path("docs", "environment.md")

_HEAD = """\
# environment.hcl

<!-- Made from modules/tealform/settings by `make docs`; a change there belongs there. -->

Each folder of `environments/` is one environment and holds one `environment.hcl`. What several have in common
can stand in `environments/common.hcl`: an environment's own settings go over it, key by key; a `state`,
`network` or `source` block of another kind replaces the common one; `null` takes a default back.

Values are literals: text in quotes (or a heredoc), numbers, `true` and `false`, lists and objects. Variables, functions
and `${…}` are not evaluated; a literal `${` is written `$${`, as in Terraform. A key that is not listed here is an
error. `tealform synth` reports every error at once, with file and line, and writes nothing for an environment that has one.

A block whose title has a quoted word is written with that label: `state "s3" { … }`.
"""

_TYPES = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`"}


def write(root: Path) -> Path:
    """Write the reference into ``root`` and return its path."""
    file = root / FILE
    file.write_text(text(), encoding="utf-8")
    return file


def text() -> str:
    """Return the reference as Markdown."""
    return "\n".join([_HEAD, *_section("", Environment)])


def _section(title: str, model: type[BaseModel]) -> Iterator[str]:
    if title:
        yield f"## {title}\n"
    yield f"{inspect.cleandoc(model.__doc__ or '')}\n"
    fields = {key: field for key, field in model.model_fields.items() if key != "kind"}
    if fields:
        yield "| key | value | default | meaning |\n|---|---|---|---|"
        for key, field in fields.items():
            yield f"| `{key}` | {_value(field)} | {_default(field)} | {_cell(field.description or '')} |"
        yield ""
    else:
        yield "It has no keys.\n"
    for key, field in fields.items():
        for label, block in _blocks(field.annotation):
            yield from _section(f"{title}.{key}{label}".lstrip("."), block)


def _blocks(annotation: Any) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield the blocks that a field holds, each with its label."""
    annotation = strip_annotated(annotation)
    if get_origin(annotation) is dict:
        yield from ((' "<name>"', block) for _, block in _blocks(get_args(annotation)[1]))
    for member in union_members(annotation):
        yield from _blocks(member)
    if (block := as_block(annotation)) is not None:
        yield _label(block), block


def _label(model: type[BaseModel]) -> str:
    kind = model.model_fields.get("kind")
    (value,) = get_args(kind.annotation) if kind else (None,)
    return "" if value in (None, "created") else f' "{value}"'


def _value(field: FieldInfo) -> str:
    if any(_blocks(field.annotation)):
        return "block" if get_origin(strip_annotated(field.annotation)) is not dict else "blocks"
    accepts = [each.accepts for each in field.metadata if isinstance(each, Constraint)]
    return _cell("; ".join([_type(field.annotation), *accepts]))


def _type(annotation: Any) -> str:
    metadata = get_args(annotation)[1:] if get_origin(annotation) is typing.Annotated else ()
    accepts = "; ".join(each.accepts for each in metadata if isinstance(each, Constraint))
    annotation = strip_annotated(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin is tuple:
        return f"list of {_type(arguments[0])}"
    if origin is dict:
        return f"object of {_type(arguments[1])}"
    if union_members(annotation):
        return " or ".join(_type(each) for each in arguments if each is not type(None))
    return f"{_TYPES[annotation]}; {accepts}" if accepts else _TYPES[annotation]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    default = field.default
    if isinstance(default, BaseModel):
        return "its defaults"
    if default is None or default in ((), {}):
        return "none"
    return f"`{_literal(default)}`"


def _literal(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case tuple():
            return f"[{', '.join(_literal(each) for each in value)}]"
    return str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
