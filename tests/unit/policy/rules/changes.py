"""Single changes to a generated document, by the address of a resource."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Change = Callable[[Json], object]


class _Gone:
    def __repr__(self) -> str:
        return "gone"


GONE = _Gone()
"""What is put in the place of something that is taken away. A test is called the same in every process."""


def body(document: Json, address: str) -> Json:
    """The body at an address like ``aws_vpc.main``, ``provider`` or ``terraform``; an empty one if there is none."""
    if address == "provider":
        found: Json = document["provider"]["aws"][0]
        return found
    if "." not in address:
        return document
    mode, _, rest = ("data", "", address[5:]) if address.startswith("data.") else ("resource", "", address)
    kind, _, name = rest.partition(".")
    made: Json = document.setdefault(mode, {}).setdefault(kind, {}).setdefault(name, {})
    return made


def put(address: str, *path: str | int, to: Any) -> Change:
    """Sets what is at the end of ``path``, or takes it away if it is set to ``GONE``."""

    def change(document: Json) -> None:
        at: Any = body(document, address)
        for step in path[:-1]:
            at = at[step] if isinstance(step, int) else at.setdefault(step, {})
        if to is GONE:
            del at[path[-1]]
        else:
            at[path[-1]] = to

    return change


def drop(address: str) -> Change:
    """Takes a resource away."""

    def change(document: Json) -> None:
        mode, rest = ("data", address[5:]) if address.startswith("data.") else ("resource", address)
        kind, _, name = rest.partition(".")
        del document[mode][kind][name]

    return change


def all_of(*changes: Change) -> Change:
    """One after the other."""

    def change(document: Json) -> None:
        for each in changes:
            each(document)

    return change
