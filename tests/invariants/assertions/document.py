"""Generated Terraform, as invariants look at it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Body = dict[str, Any]

Invariant = Callable[[Body], Iterator[str]]
"""Takes generated Terraform and yields what is wrong with it, a line each."""

Among = Callable[[Mapping[str, Body]], Iterator[str]]
"""Takes the generated Terraform of a project's environments, by name, and yields what is wrong between them."""

REFERENCE = re.compile(r"\$\{((?:data\.)?[a-z0-9_]+\.[A-Za-z0-9_-]+)((?:\.[a-z0-9_]+|\[\d+\])+)\}")


def bodies(document: Body, kind: str) -> dict[str, Body]:
    """The resources of a type, by name."""
    found: dict[str, Body] = document["resource"].get(kind, {})
    return found


def addresses(document: Body) -> Iterator[tuple[str, Body]]:
    """Every resource and data source, by the address that references begin with."""
    for section, prefix in (("resource", ""), ("data", "data.")):
        for kind, named in document.get(section, {}).items():
            for name, body in named.items():
                yield f"{prefix}{kind}.{name}", body


def texts(node: object) -> Iterator[str]:
    """All text in a part of a document, CDKTF's own notes and keys left out."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key != "//":
                yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)
    elif isinstance(node, str):
        yield node


def evaluated(text: str) -> str:
    """The text without what Terraform does not evaluate."""
    return text.replace("$${", "").replace("%%{", "")


def plain(text: str) -> str:
    """The text as AWS gets it, as far as it holds no reference."""
    return text.replace("$${", "${").replace("%%{", "%{")


def target(value: object) -> str:
    """The address that a value is a reference to, as a whole; empty when it is none."""
    found = REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found else ""


def follow(document: Body, value: object) -> Body:
    """The resource that a value is a reference to; empty when there is none."""
    kind, _, name = target(value).rpartition(".")
    return bodies(document, kind).get(name, {})


def value_of(document: Body, value: object) -> object:
    """A value, or the one that a reference to another resource's argument, which may be one itself, stands for."""
    found = REFERENCE.fullmatch(value) if isinstance(value, str) else None
    argument = follow(document, value).get(found[2].lstrip(".")) if found else None
    return value if argument is None else value_of(document, argument)
