"""The edits that mutants are made of.

``path`` is a resource's construct path below its environment, like ``service-web/service``; empty for the whole
document. ``place`` leads on from there, like ``lifecycle/ignore_changes``: through blocks, texts that hold JSON, and
lists, whose items go by their name, sid, id, variable or, if they are texts, themselves; the way into a list with one
block only needs no step. So nothing is found by its position, and whoever moves what a mutant is about is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from tealform.policy.checkov_input import construct_path
from tealform.synth import terraform_json
from tealform.synth.terraform_json import Resource
from tealform_harness.mutation.mutant import Change, Document

_LABELS = ("name", "sid", "id", "variable")
_GONE = object()

_Edit = Callable[[Any], Any]


def put(path: str, place: str, value: Any) -> Change:
    """Sets what stands at ``place``, or is not there yet."""
    return _edit(path, place, lambda _: value)


def drop(path: str, place: str) -> Change:
    """Takes away what stands at ``place``."""
    return _edit(path, place, lambda before: _GONE if _there(before, place) else None)


def add(path: str, place: str, *items: Any) -> Change:
    """Adds to the end of the list at ``place``, which may be a text that holds one."""
    return _edit(path, place, lambda before: _longer(before, items))


def replace(path: str, place: str, old: str, new: str) -> Change:
    """Puts ``new`` for ``old`` in the text at ``place``."""
    return _edit(path, place, lambda before: _replaced(before, old, new))


def move(path: str, place: str, item: str, before: str) -> Change:
    """Puts one item of the list at ``place`` directly before another."""
    return _edit(path, place, lambda items: _moved(items, item, before))


def remove(*paths: str) -> Change:
    """Removes resources, and what refers to them in lists (``depends_on``, the resources of a policy)."""

    def change(document: Document) -> None:
        for resource in [_resource(document, path) for path in paths]:
            del document[resource.mode][resource.type][resource.name]
            _forget(document, resource.address)

    return change


def create(address: str, **body: Any) -> Change:
    """Adds a resource or, with ``data.`` before its type, a data source, as somebody would by hand."""

    def change(document: Document) -> None:
        mode = "data" if address.startswith("data.") else "resource"
        kind, _, name = address.removeprefix("data.").partition(".")
        named = document[mode].setdefault(kind, {})
        if name in named:
            raise ValueError(f"there is {address} already")
        named[name] = body

    return change


def together(*changes: Change) -> Change:
    """Several edits that are one act."""

    def change(document: Document) -> None:
        for each in changes:
            each(document)

    return change


def _edit(path: str, place: str, edit: _Edit) -> Change:
    def change(document: Document) -> None:
        body = _resource(document, path).body if path else document
        _edited(body, place.split("/"), edit)

    return change


def _resource(document: Document, path: str) -> Resource:
    """The one resource at a construct path."""
    found = [each for each in terraform_json.resources(document) if _path(each) == path]
    if len(found) != 1:
        raise ValueError(f"{len(found) or 'no'} resources at {path}")
    return found[0]


def _path(resource: Resource) -> str:
    return construct_path(resource.body).partition("/")[2]


def _edited(value: Any, steps: list[str], edit: _Edit) -> Any:
    """``value`` with the edit at the end of the ``steps``; objects and lists are changed in place."""
    if not steps:
        return edit(value)
    if isinstance(value, str):
        return json.dumps(_edited(json.loads(value), steps, edit))
    if isinstance(value, list) and (only := _only_block(value, steps[0])) is not None:
        _edited(only, steps, edit)
        return value
    key = _key(value, steps[0], last=len(steps) == 1)
    after = _edited(_get(value, key), steps[1:], edit)
    if after is _GONE:
        del value[key]
    else:
        value[key] = after
    return value


def _only_block(items: list[Any], step: str) -> Any:
    labelled = any(isinstance(each, dict) and _label(each) == step for each in items)
    return items[0] if len(items) == 1 and isinstance(items[0], dict) and not labelled else None


def _key(value: Any, step: str, last: bool) -> Any:
    if isinstance(value, dict):
        if step in value or last:
            return step
    elif isinstance(value, list):
        found = [at for at, each in enumerate(value) if step in (each, _label(each))]
        if len(found) == 1:
            return found[0]
    raise ValueError(f"no {step} in {json.dumps(value)[:200]}")


def _get(value: Any, key: Any) -> Any:
    return value[key] if isinstance(value, list) else value.get(key)


def _label(item: Any) -> str:
    labels = (item[label] for label in _LABELS if label in item) if isinstance(item, dict) else iter(())
    return str(next(labels, ""))


def _there(before: Any, place: str) -> bool:
    if before is None:
        raise ValueError(f"there is no {place} to drop")
    return True


def _longer(before: Any, items: tuple[Any, ...]) -> Any:
    if isinstance(before, str):
        return json.dumps([*json.loads(before), *items])
    return [*(before or []), *items]


def _replaced(before: str, old: str, new: str) -> str:
    if old not in before:
        raise ValueError(f"no {old} in {before[:200]}")
    return before.replace(old, new)


def _moved(items: list[Any], item: str, before: str) -> list[Any]:
    [moving] = [each for each in items if _label(each) == item]
    rest = [each for each in items if each is not moving]
    [position] = [at for at, each in enumerate(rest) if _label(each) == before]
    return [*rest[:position], moving, *rest[position:]]


def _forget(document: Document, address: str) -> None:
    for items in _lists(document):
        items[:] = [each for each in items if not _refers(each, address)]


def _refers(item: Any, address: str) -> bool:
    return isinstance(item, str) and (item == address or f"${{{address}." in item)


def _lists(value: Any) -> Iterator[list[Any]]:
    if isinstance(value, list):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _lists(each)
