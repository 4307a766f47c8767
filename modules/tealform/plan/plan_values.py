"""Values of attributes as a plan has them: some known after apply, some sensitive, some whole documents in a string.

https://developer.hashicorp.com/terraform/internals/json-format#change-representation
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tealform.plan import labels

_LONGEST = 72


@dataclass(frozen=True)
class Hidden:
    """A sensitive value: it is compared, and never shown."""

    value: Any = field(repr=False)


@dataclass(frozen=True)
class Document:
    """A value that is a JSON document in a string, like a policy."""

    content: Any


class Later:
    """The type of ``LATER``."""

    def __repr__(self) -> str:
        return "(known after apply)"


LATER = Later()
"""What is known after apply alone."""


def marked(value: Any, unknown: Any, sensitive: Any) -> Any:
    """``value`` with what is ``LATER``, ``Hidden`` or a ``Document`` in its place.

    ``unknown`` and ``sensitive`` have the shape of the value, ``true`` where something is meant with all below it.
    """
    if unknown is True:
        return Hidden(LATER) if sensitive is True else LATER
    if value is None and not _any(unknown):
        return None
    if sensitive is True:
        return Hidden(value)
    if isinstance(value, dict) or isinstance(unknown, dict):
        keys = {**(value or {}), **(unknown or {})}
        return {key: marked((value or {}).get(key), _below(unknown, key), _below(sensitive, key)) for key in keys}
    if isinstance(value, list) or isinstance(unknown, list):
        indices = range(max(len(value or []), len(unknown or [])))
        return [marked(*(_below(each, index) for each in (value, unknown, sensitive))) for index in indices]
    return _document(value)


def shown(value: Any) -> str:
    """A value on one line, abridged if it is long; a sensitive one is not told."""
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


def plain(value: Any) -> Any:
    """A value for JSON: documents as what they hold, nothing in the place of what is sensitive or known after apply."""
    if isinstance(value, Document):
        return plain(value.content)
    if value is LATER or isinstance(value, Hidden):
        return None
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value


def says_something(value: Any) -> bool:
    """Whether there is anything in a value but zero values, which providers read back for what was never set."""
    if isinstance(value, dict):
        return any(says_something(each) for each in value.values())
    if isinstance(value, list):
        return any(says_something(each) for each in value)
    return bool(value)


def holds(value: Any, kind: type) -> bool:
    """Whether there is something of a ``kind``, ``Hidden`` or ``Later``, anywhere in a value."""
    if isinstance(value, dict):
        return any(holds(each, kind) for each in value.values())
    if isinstance(value, list):
        return any(holds(each, kind) for each in value)
    return isinstance(value, kind) or (isinstance(value, Document | Hidden) and holds(_content(value), kind))


def _content(value: Document | Hidden) -> Any:
    return value.content if isinstance(value, Document) else value.value


def _document(value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    try:
        content = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return Document(content) if content else value


def _any(mask: Any) -> bool:
    if isinstance(mask, dict | list):
        return any(_any(each) for each in (mask.values() if isinstance(mask, dict) else mask))
    return mask is True


def _below(whole: Any, part: str | int) -> Any:
    """What ``whole`` has at a key or index, if it has it; what holds for all of a mask holds for each part."""
    if isinstance(whole, dict):
        return whole.get(part)
    if isinstance(whole, list) and isinstance(part, int):
        return whole[part] if part < len(whole) else None
    return whole if isinstance(whole, bool) else None


def _is_flat(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(each, dict | list) for each in value)


def _list(value: list[Any]) -> str:
    if not _is_flat(value):
        return f"({labels.many(len(value), 'block')})"
    text = f"[{', '.join(shown(each) for each in value)}]"
    return text if len(text) <= _LONGEST or len(value) == 1 else f"({labels.many(len(value), 'value')})"


def _text(value: str) -> str:
    if "\n" in value.strip("\n"):
        return f"(text of {len(value.splitlines())} lines)"
    if len(value) > _LONGEST:
        value = f"{value[: _LONGEST // 2]}…{value[-_LONGEST // 2 :]}"
    return json.dumps(value, ensure_ascii=False)
