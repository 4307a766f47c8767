"""Where two values of a plan differ, told at the deepest place that says it all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tealform.plan.plan_values import LATER, Document, Hidden, Later, holds, says_something, shown

Path_ = tuple[str | int, ...]

# What elements of lists are called by; the second is that of statements in policies.
_LABELS = ("name", "Sid")
_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Difference:
    """One thing that is ``before`` at ``path`` and becomes ``after``. Both are as ``values.marked`` makes them."""

    path: Path_
    before: Any
    after: Any

    def __str__(self) -> str:
        return f"{self.name}: {self._what()}"

    @property
    def name(self) -> str:
        """The path, like ``stage[2].name``."""
        text = ""
        for part in self.path:
            text += f"[{part}]" if isinstance(part, int) else part if part.startswith("[") or not text else f".{part}"
        return text

    @property
    def sensitive(self) -> bool:
        """Whether either value must not be told."""
        return holds(self.before, Hidden) or holds(self.after, Hidden)

    @property
    def known(self) -> bool:
        """Whether all of what it becomes is known before apply."""
        return not holds(self.after, Later)

    @property
    def real(self) -> bool:
        """Whether it is more than one way of saying nothing for another, like ``0`` for what is unset."""
        return says_something(self.before) or says_something(self.after)

    def _what(self) -> str:
        if self.sensitive:
            return "(sensitive)"
        if isinstance(self.before, list) and isinstance(self.after, list):
            return _of_lists(self.before, self.after)
        return f"{shown(self.before)} -> {shown(self.after)}"


def between(before: Any, after: Any, path: Path_ = ()) -> Iterator[Difference]:
    """The differences of two values, none for what is nothing in either: unset, or an empty text, list or map."""
    if before == after or (before in _EMPTY and after in _EMPTY):
        return
    if isinstance(before, Document) and isinstance(after, Document):
        yield from between(before.content, after.content, path)
    elif isinstance(before, dict | None) and isinstance(after, dict | None):
        for key in sorted({*(before or {}), *(after or {})}):
            yield from between((before or {}).get(key), (after or {}).get(key), (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _between_lists(before, after, path)
    else:
        yield Difference(path, before, after)


def at(path: Path_, before: Any, after: Any) -> list[Difference]:
    """The differences at a ``path`` of two values, like one of those that Terraform says force a replacement.

    Where they do not differ there, or the path leads nowhere, as those into sets do, it is one difference all the same.
    """
    name: Path_ = ()
    for part in path:
        if not isinstance(part, int) or max(_size(before), _size(after)) > 1:
            name = (*name, part)
        before, after = _step(before, part), _step(after, part)
    return list(between(before, after, name)) or [Difference(name, before, after)]


def _size(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0


def _step(value: Any, part: str | int) -> Any:
    if isinstance(value, Document):
        return _step(value.content, part)
    if isinstance(value, Hidden) or value is LATER:
        return value
    if isinstance(value, dict):
        return value.get(part)
    return value[part] if isinstance(value, list) and isinstance(part, int) and part < len(value) else None


def _between_lists(before: list[Any], after: list[Any], path: Path_) -> Iterator[Difference]:
    """Elements are told by their label if they have one, by their place otherwise, and blocks that come or go as a whole."""
    if len(before) == len(after) == 1:
        return (yield from between(before[0], after[0], path))
    gone, new = _without(before, after), _without(after, before)
    if not gone and not new:
        yield Difference(path, [], [])
    for old in [each for each in gone if _label(each)]:
        for fresh in [each for each in new if _label(each) == _label(old)][:1]:
            yield from between(old, fresh, (*path, f"[{_label(old)}]"))
            gone.remove(old)
            new.remove(fresh)
    if len(gone) == len(new) and all(isinstance(each, dict) for each in (*gone, *new)):
        for old, fresh in zip(gone, new, strict=True):
            yield from between(old, fresh, (*path, before.index(old)))
    elif gone or new:
        yield Difference(path, gone, new)


def _without(values: list[Any], others: list[Any]) -> list[Any]:
    left, rest = list(others), []
    for value in values:
        if value in left:
            left.remove(value)
        else:
            rest.append(value)
    return rest


def _label(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    return next((value[key] for key in _LABELS if isinstance(value.get(key), str)), "")


def _of_lists(gone: list[Any], new: list[Any]) -> str:
    if not gone and not new:
        return "in another order"
    said = [f"{word} {_named(values)}" for word, values in (("removes", gone), ("adds", new)) if values]
    return ", ".join(said)


def _named(values: list[Any]) -> str:
    if not any(isinstance(each, dict | list) for each in values):
        return shown(values).strip("[]()")
    labels = [label for each in values if (label := _label(each))]
    return ", ".join(labels) if len(labels) == len(values) else shown(values).strip("()")
