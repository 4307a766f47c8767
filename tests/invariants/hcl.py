"""Values as the text of an environment.hcl."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# Blocks that have a label, and objects whose keys are the user's own.
_LABELLED = {"pull_through_cache", "schedule", "service", "source", "state"}
_OBJECTS = {"environment", "secrets", "tags"}
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def text(values: Mapping[str, Any]) -> str:
    """The file that says ``values``: blocks are dictionaries, one level deeper per label."""
    return "\n".join(_body(values)) + "\n"


def _body(values: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    for key, value in values.items():
        if not isinstance(value, dict) or key in _OBJECTS:
            yield f"{indent}{key} = {literal(value)}"
        elif value and _is_labelled(key, value):
            for label, inner in value.items():
                yield from _block(f"{key} {literal(label)}", inner, indent)
        else:
            yield from _block(key, value, indent)


def _is_labelled(key: str, value: Mapping[str, Any]) -> bool:
    of_kind = key == "network" and value.keys() in ({"existing"}, {"created"})
    return (key in _LABELLED or of_kind) and all(isinstance(inner, dict) for inner in value.values())


def _block(header: str, body: Mapping[str, Any], indent: str) -> Iterator[str]:
    yield f"{indent}{header} {{"
    yield from _body(body, f"{indent}  ")
    yield f"{indent}}}"


def literal(value: object) -> str:
    """A value as HCL writes it."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return f'"{_escaped(value)}"'
        case list() | tuple():
            return f"[{', '.join(map(literal, value))}]"
        case dict():
            return f"{{ {', '.join(f'{literal(key)} = {literal(each)}' for key, each in value.items())} }}"
    return str(value)


def _escaped(value: str) -> str:
    escaped = "".join(_ESCAPES.get(each, each if each.isprintable() else _code(each)) for each in value)
    return escaped.replace("${", "$${").replace("%{", "%%{")


def _code(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"
