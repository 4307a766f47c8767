"""Differences of two values of a plan, each at the deepest place that shows all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tealform.plan.plan_values import LATER, Document, Hidden, Later, contains, format_value, has_content

Path_ = tuple[str | int, ...]

# What names an element of a list. The second is that of statements in policies.
_LABELS = ("name", "Sid")
_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Difference:
    """One value that is ``before`` at ``path`` and becomes ``after``. ``plan_values.mark`` made both."""

    path: Path_
    before: Any
    after: Any

    def __str__(self) -> str:
        if self.sensitive:
            text = "(sensitive)"
        elif isinstance(self.before, list) and isinstance(self.after, list):
            text = _describe_lists(self.before, self.after)
        else:
            text = f"{format_value(self.before)} -> {format_value(self.after)}"
        return f"{self.name}: {text}"

    @property
    def name(self) -> str:
        """The path as text, like ``stage[2].name``."""
        text = ""
        for part in self.path:
            text += f"[{part}]" if isinstance(part, int) else part if part.startswith("[") or not text else f".{part}"
        return text

    @property
    def sensitive(self) -> bool:
        """Whether either value must not be shown."""
        return contains(self.before, Hidden) or contains(self.after, Hidden)

    @property
    def known(self) -> bool:
        """Whether the whole new value is known before apply."""
        return not contains(self.after, Later)

    @property
    def real(self) -> bool:
        """Whether it is more than one zero value for another, like ``0`` for what is unset."""
        return has_content(self.before) or has_content(self.after)


def diff(before: Any, after: Any, path: Path_ = ()) -> Iterator[Difference]:
    """Yield the differences of two values. Unset, an empty text, list and map are the same."""
    if before == after or (before in _EMPTY and after in _EMPTY):
        return
    if isinstance(before, Document) and isinstance(after, Document):
        yield from diff(before.content, after.content, path)
    elif isinstance(before, dict | None) and isinstance(after, dict | None):
        for key in sorted({*(before or {}), *(after or {})}):
            yield from diff((before or {}).get(key), (after or {}).get(key), (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _diff_lists(before, after, path)
    else:
        yield Difference(path, before, after)


def diff_at(path: Path_, before: Any, after: Any) -> list[Difference]:
    """Return the differences at a ``path`` of two values, like one that Terraform says forces a replacement.

    If the values are equal there, or the path leads nowhere, as those into sets do, that is one difference as well.
    """
    name: Path_ = ()
    for part in path:
        if not isinstance(part, int) or any(isinstance(each, list) and len(each) > 1 for each in (before, after)):
            name = (*name, part)
        before, after = _step(before, part), _step(after, part)
    return list(diff(before, after, name)) or [Difference(name, before, after)]


def _step(value: Any, part: str | int) -> Any:
    if isinstance(value, Document):
        return _step(value.content, part)
    if isinstance(value, Hidden) or value is LATER:
        return value
    if isinstance(value, dict):
        return value.get(part)
    return value[part] if isinstance(value, list) and isinstance(part, int) and part < len(value) else None


def _diff_lists(before: list[Any], after: list[Any], path: Path_) -> Iterator[Difference]:
    """Identify elements by their label or else by their place; report blocks that come or go as a whole."""
    if len(before) == len(after) == 1:
        return (yield from diff(before[0], after[0], path))
    gone, new = _without(before, after), _without(after, before)
    if not gone and not new:
        yield Difference(path, [], [])
    for old in [each for each in gone if _label(each)]:
        for fresh in [each for each in new if _label(each) == _label(old)][:1]:
            yield from diff(old, fresh, (*path, f"[{_label(old)}]"))
            gone.remove(old)
            new.remove(fresh)
    if len(gone) == len(new) and all(isinstance(each, dict) for each in (*gone, *new)):
        for old, fresh in zip(gone, new, strict=True):
            yield from diff(old, fresh, (*path, before.index(old)))
    elif gone or new:
        yield Difference(path, gone, new)


def _without(values: list[Any], others: list[Any]) -> list[Any]:
    others, rest = list(others), []
    for value in values:
        if value in others:
            others.remove(value)
        else:
            rest.append(value)
    return rest


def _label(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    return next((value[key] for key in _LABELS if isinstance(value.get(key), str)), "")


def _describe_lists(gone: list[Any], new: list[Any]) -> str:
    if not gone and not new:
        return "in another order"
    return ", ".join(f"{word} {_name(values)}" for word, values in (("removes", gone), ("adds", new)) if values)


def _name(values: list[Any]) -> str:
    if not any(isinstance(each, dict | list) for each in values):
        return format_value(values).strip("[]()")
    labels = [label for each in values if (label := _label(each))]
    return ", ".join(labels) if len(labels) == len(values) else format_value(values).strip("()")
