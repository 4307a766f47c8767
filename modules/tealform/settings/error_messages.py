"""Turn pydantic's errors into messages for people who edit environment.hcl."""

from __future__ import annotations

import difflib
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from tealform.settings.environment import Environment
from tealform.settings.errors import SettingPath
from tealform.settings.service import Service
from tealform.settings.types import as_block, strip_annotated, union_members

Loc = tuple[str | int, ...]

_KINDS = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list, like [1, 2]",
    "dict_type": "an object, like { name = value }",
    "model_type": "a block, like name { … }",
    "model_attributes_type": "a block, like name { … }",
}


def path_of(loc: Loc) -> SettingPath:
    """Return the path in the file. pydantic's own has ``[key]``, and the kind of a network without a label."""
    path = tuple(part for part in loc if part != "[key]")
    if path[:2] == ("network", "created"):
        return ("network", *path[2:])
    return path[:-1] if path[-1:] == ("kind",) else path


def message_of(error: ErrorDetails) -> str:
    """Return what is wrong and what to do, in one line."""
    kind, given = error["type"], error["input"]
    match kind:
        case "missing":
            return f"is missing{_example(field_at(error['loc']))}"
        case "extra_forbidden":
            return _unknown(error["loc"])
        case "value_error":
            return str(error["ctx"]["error"])
        case "literal_error" if error["loc"][-1] == "kind":
            return _not_a_kind(given, error["loc"][-2], error["ctx"]["expected"])
        case "literal_error":
            return f"{_shown(given)} is not allowed; use {_quoted(error['ctx']['expected'])}"
        case "union_tag_invalid":
            return _not_a_kind(error["ctx"]["tag"], error["loc"][-1], error["ctx"]["expected_tags"])
        case "too_short":
            return "needs at least one"
        case "model_type" if error["loc"][0] == "service" and error["loc"][1] in Service.model_fields:
            return 'a service needs a name: service "web" { … }'
        case _ if kind in _KINDS:
            return f"must be {_KINDS[kind]}, not {_shown(given)}"
    return error["msg"]


def meant_by(error: ErrorDetails) -> set[SettingPath]:
    """Return the setting that a misspelled key was meant to be, which nothing can be said about yet."""
    loc = error["loc"]
    close = _close(loc) if error["type"] == "extra_forbidden" else []
    return {(*path_of(loc[:-1]), name) for name in close}


def field_at(loc: Loc) -> FieldInfo | None:
    """Return the field of the model at pydantic's ``loc``, if there is one."""
    model = model_at(loc[:-1])
    return model.model_fields.get(str(loc[-1])) if model else None


def model_at(loc: Loc) -> type[BaseModel] | None:
    """Return the block at pydantic's ``loc``, if there is one."""
    annotation: Any = Environment
    for part in loc:
        annotation = _given(_step(annotation, part))
    return as_block(annotation)


def _given(annotation: Any) -> Any:
    """Return the block of an optional one."""
    one = [each for each in union_members(annotation) if each is not type(None)]
    return one[0] if len(one) == 1 and as_block(one[0]) else annotation


def _step(annotation: Any, part: str | int) -> Any:
    if (model := as_block(annotation)) is not None:
        field = model.model_fields.get(str(part))
        # A union's tag is a step of pydantic's path that stays in the same block.
        return field.annotation if field else annotation
    if get_origin(annotation) is dict:
        return strip_annotated(get_args(annotation)[1])
    if get_origin(annotation) is tuple:
        return strip_annotated(get_args(annotation)[0])
    for member in union_members(annotation):
        inner = strip_annotated(member)
        if union_members(inner):
            return _step(inner, part)
        member_model = as_block(inner)
        if member_model and _is_kind(member_model, part):
            return member_model
    return None


def _is_kind(model: type[BaseModel], part: str | int) -> bool:
    kind = model.model_fields.get("kind")
    return kind is not None and part in get_args(kind.annotation)


def _unknown(loc: Loc) -> str:
    known = _known(loc)
    if close := _close(loc):
        return f'unknown key; did you mean "{close[0]}"?'
    return f"unknown key; known here are {', '.join(known)}" if known else "unknown key; nothing can be set here"


def _known(loc: Loc) -> list[str]:
    model = model_at(loc[:-1])
    return sorted(name for name in model.model_fields if name != "kind") if model else []


def _close(loc: Loc) -> list[str]:
    return difflib.get_close_matches(str(loc[-1]), _known(loc), n=1)


def _example(field: FieldInfo | None) -> str:
    if field is None or not field.examples:
        return ""
    example = field.examples[0]
    if isinstance(example, dict):
        return f"; {field.description}"
    return f"; for example {_shown(example)}"


def _not_a_kind(given: object, block: object, expected: str) -> str:
    return f"{_shown(given)} is not a kind of {block}; use {_quoted(expected)}"


def _quoted(expected: str) -> str:
    return expected.replace("'", '"')


def _shown(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case tuple():
            return f"[{', '.join(_shown(each) for each in value)}]"
        case dict():
            return "a block or object"
    return str(value)
