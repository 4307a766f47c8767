"""What a document speaks of is in it, and nothing waits for itself."""

from __future__ import annotations

import graphlib
from collections.abc import Iterator

from tests.invariants.assertions.document import REFERENCE, Body, addresses, evaluated, texts


def references_lead_somewhere(document: Body) -> Iterator[str]:
    """Every reference, of outputs too, and every dependency is to something that is there; nothing else is evaluated."""
    known = {address for address, _ in addresses(document)}
    for section in ("resource", "data", "output", "provider", "terraform"):
        for text in texts(document.get(section, {})):
            rest = evaluated(text)
            for found in REFERENCE.finditer(rest):
                if found[1] not in known:
                    yield f"{found[0]} is not there"
            if "${" in REFERENCE.sub("", rest) or "%{" in rest:
                yield f"{text!r} would be evaluated"
    for address, body in addresses(document):
        yield from (
            f"{address} depends on {each}, which is not there"
            for each in body.get("depends_on", [])
            if each not in known
        )


def nothing_waits_for_itself(document: Body) -> Iterator[str]:
    """Resources can be created in some order."""
    graph = {
        address: {found[1] for text in texts(body) for found in REFERENCE.finditer(evaluated(text))}
        | set(body.get("depends_on", []))
        for address, body in addresses(document)
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        yield f"a circle: {' -> '.join(error.args[1])}"


ALL = (references_lead_somewhere, nothing_waits_for_itself)
