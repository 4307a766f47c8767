"""Generated Terraform, as invariants read it, and what must be true of its references."""

from __future__ import annotations

import graphlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Body = dict[str, Any]

Invariant = Callable[[Body], Iterator[str]]
"""Takes generated Terraform and yields what is wrong with it, a line each."""

ProjectInvariant = Callable[[Mapping[str, Body]], Iterator[str]]
"""Takes the generated Terraform of a project's environments, by name, and yields what is wrong between them."""

INVARIANTS: list[Invariant] = []
PROJECT_INVARIANTS: list[ProjectInvariant] = []


def invariant(check: Invariant) -> Invariant:
    """Register an invariant of one document."""
    INVARIANTS.append(check)
    return check


def project_invariant(check: ProjectInvariant) -> ProjectInvariant:
    """Register an invariant between the documents of a project."""
    PROJECT_INVARIANTS.append(check)
    return check


REFERENCE = re.compile(r"\$\{((?:data\.)?[a-z0-9_]+\.[A-Za-z0-9_-]+)((?:\.[a-z0-9_]+|\[\d+\])+)\}")


def find_resources(document: Body, kind: str) -> dict[str, Body]:
    """Return the resources of a type, by name."""
    found: dict[str, Body] = document["resource"].get(kind, {})
    return found


def list_addresses(document: Body) -> Iterator[tuple[str, Body]]:
    """Yield each resource and data source with the address that references begin with."""
    for section, prefix in (("resource", ""), ("data", "data.")):
        for kind, named in document.get(section, {}).items():
            for name, body in named.items():
                yield f"{prefix}{kind}.{name}", body


def list_texts(node: object) -> Iterator[str]:
    """Yield all text in a part of a document, without keys and CDKTF's own comments."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key != "//":
                yield from list_texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from list_texts(value)
    elif isinstance(node, str):
        yield node


def drop_escaped(text: str) -> str:
    """Return the text without the escapes, which Terraform does not evaluate."""
    return text.replace("$${", "").replace("%%{", "")


def unescape(text: str) -> str:
    """Return the text as AWS receives it, except for references."""
    return text.replace("$${", "${").replace("%%{", "%{")


def parse_reference(value: object) -> str:
    """Return the address that a value refers to; empty if the value is not just a reference."""
    found = REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found else ""


def follow(document: Body, value: object) -> Body:
    """Return the resource that a value refers to; empty if there is none."""
    kind, _, name = parse_reference(value).rpartition(".")
    return find_resources(document, kind).get(name, {})


def resolve(document: Body, value: object) -> object:
    """Return a value, with references to other resources' arguments resolved, as often as needed."""
    found = REFERENCE.fullmatch(value) if isinstance(value, str) else None
    argument = follow(document, value).get(found[2].lstrip(".")) if found else None
    return value if argument is None else resolve(document, argument)


@invariant
def references_resolve(document: Body) -> Iterator[str]:
    """References, of outputs too, and dependencies lead to something that exists; nothing else is evaluated."""
    known = {address for address, _ in list_addresses(document)}
    for section in ("resource", "data", "output", "provider", "terraform"):
        for text in list_texts(document.get(section, {})):
            rest = drop_escaped(text)
            for found in REFERENCE.finditer(rest):
                if found[1] not in known:
                    yield f"{found[0]} is not there"
            if "${" in REFERENCE.sub("", rest) or "%{" in rest:
                yield f"{text!r} would be evaluated"
    for address, body in list_addresses(document):
        yield from (
            f"{address} depends on {each}, which is not there"
            for each in body.get("depends_on", [])
            if each not in known
        )


@invariant
def dependencies_have_no_cycle(document: Body) -> Iterator[str]:
    """Resources can be created in some order."""
    graph = {
        address: {found[1] for text in list_texts(body) for found in REFERENCE.finditer(drop_escaped(text))}
        | set(body.get("depends_on", []))
        for address, body in list_addresses(document)
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        yield f"a circle: {' -> '.join(error.args[1])}"
