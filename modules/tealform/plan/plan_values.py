"""Values of attributes in a plan: known after apply, sensitive, or JSON documents in a string.

https://developer.hashicorp.com/terraform/internals/json-format#change-representation
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

_LONGEST = 72


@dataclass(frozen=True)
class Hidden:
    """A sensitive value, which is compared and never shown."""

    content: Any = field(repr=False)


@dataclass(frozen=True)
class Document:
    """A JSON document in a string, like a policy."""

    content: Any


class Later:
    """The type of ``LATER``."""

    def __repr__(self) -> str:
        return "(known after apply)"


LATER = Later()
"""A value that is known only after apply."""


def mark(value: Any, unknown: Any = None, sensitive: Any = None) -> Any:
    """Return ``value`` with ``LATER``, ``Hidden`` and ``Document`` in the places that are such.

    ``unknown`` and ``sensitive`` have the shape of the value. ``true`` in them applies to everything below.
    """
    if unknown is True:
        return Hidden(LATER) if sensitive is True else LATER
    if value is None and not _any(unknown):
        return None
    if sensitive is True:
        return Hidden(value)
    if isinstance(value, dict) or isinstance(unknown, dict):
        keys = {**(value or {}), **(unknown or {})}
        return {key: mark((value or {}).get(key), _below(unknown, key), _below(sensitive, key)) for key in keys}
    if isinstance(value, list) or isinstance(unknown, list):
        indices = range(max(len(value or []), len(unknown or [])))
        return [mark(*(_below(each, index) for each in (value, unknown, sensitive))) for index in indices]
    return _document(value)


def format_value(value: Any) -> str:
    """Render a value on one line, abridged if it is long, without sensitive content."""
    if value is None:
        return "unset"
    if isinstance(value, Hidden):
        return "(sensitive)"
    if isinstance(value, Document):
        return _list(value.content) if _is_flat(value.content) else "(document)"
    if isinstance(value, list):
        return _list(value)
    if isinstance(value, dict):
        return f"({len(value)} keys)" if value else "{}"
    if isinstance(value, str):
        return _text(value)
    return repr(value) if value is LATER else json.dumps(value)


def to_json(value: Any) -> Any:
    """Return a value for JSON: the content of documents, ``None`` for what is sensitive or known after apply."""
    if isinstance(value, Document):
        return to_json(value.content)
    if value is LATER or isinstance(value, Hidden):
        return None
    if isinstance(value, dict):
        return {key: to_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [to_json(each) for each in value]
    return value


def has_content(value: Any) -> bool:
    """Whether a value is more than zero values, which providers read back for what was never set."""
    return any(has_content(each) for each in _elements(value)) if isinstance(value, dict | list) else bool(value)


def contains(value: Any, kind: type) -> bool:
    """Whether a value has a ``kind``, ``Hidden`` or ``Later``, anywhere in it."""
    if isinstance(value, dict | list):
        return any(contains(each, kind) for each in _elements(value))
    return isinstance(value, kind) or (isinstance(value, Document | Hidden) and contains(value.content, kind))


def pluralize(number: int, noun: str) -> str:
    """Return ``1 output`` or ``2 outputs``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _elements(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _document(value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    try:
        content = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return Document(content) if content else value


def _any(mask: Any) -> bool:
    return any(_any(each) for each in _elements(mask)) if isinstance(mask, dict | list) else mask is True


def _below(whole: Any, part: str | int) -> Any:
    """Return what ``whole`` has at a key or index, if anything; a mask for the whole applies to each part."""
    if isinstance(whole, dict):
        return whole.get(part)
    if isinstance(whole, list) and isinstance(part, int):
        return whole[part] if part < len(whole) else None
    return whole if isinstance(whole, bool) else None


def _is_flat(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(each, dict | list) for each in value)


def _list(value: list[Any]) -> str:
    if not _is_flat(value):
        return f"({pluralize(len(value), 'block')})"
    text = f"[{', '.join(format_value(each) for each in value)}]"
    return text if len(text) <= _LONGEST or len(value) == 1 else f"({pluralize(len(value), 'value')})"


def _text(value: str) -> str:
    if "\n" in value.strip("\n"):
        return f"(text of {len(value.splitlines())} lines)"
    if len(value) > _LONGEST:
        value = f"{value[: _LONGEST // 2]}…{value[-_LONGEST // 2 :]}"
    return json.dumps(value, ensure_ascii=False)
