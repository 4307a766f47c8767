"""One environment's generated Terraform in a form that checkov can read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tealform.errors import TealformError
from tealform.settings.loader import GENERATED
from tealform.synth import environments

_INDENT = 2


@dataclass(frozen=True)
class Place:
    """A resource, data source or provider: its Terraform address and its construct path below the environment."""

    address: str
    path: str = ""


@dataclass(frozen=True)
class Stack:
    """An environment as it is scanned: the text, what begins on which line of it (counted from 1), and the whole document.

    checkov's report names a resource only by its last part ("resource.main"); the line identifies it.
    """

    environment: str
    text: str
    places: dict[int, Place]
    document: Mapping[str, Any]

    @property
    def addresses(self) -> frozenset[str]:
        """The addresses of its resources and data sources."""
        return frozenset(place.address for place in self.places.values() if not place.address.startswith("provider."))


def read_stack(folder: Path) -> Stack:
    """Read the generated Terraform of the environment in ``folder``.

    Raises ``TealformError`` for a file that is missing or is not a JSON object, and what ``from_document`` does.
    """
    return from_document(folder.name, environments.load_document(folder))


def from_document(environment: str, document: Mapping[str, Any]) -> Stack:
    """Return the stack of an environment, from the Terraform that was generated for it.

    The text lacks ``terraform.required_version``: checkov 3.3.30 takes every setting of the terraform block for a block,
    fails to parse the file because of this one, and calls that a success. Raises ``TealformError`` for blocks that are not
    laid out as Tealform writes them.
    """
    scanned, settings = document, document.get("terraform")
    if isinstance(settings, dict):
        rest = {key: value for key, value in settings.items() if key != "required_version"}
        scanned = {**document, "terraform": rest}
    return Stack(environment, json.dumps(scanned, indent=_INDENT), places(scanned, environment), document)


def places(document: Mapping[str, Any], environment: str) -> dict[int, Place]:
    """Return what begins on which line of a document; raise ``TealformError`` if it is not laid out as Tealform writes it."""
    try:
        return dict(_places(document, environment))
    except AttributeError as error:
        shown = f"environments/{environment}/{GENERATED}"
        raise TealformError(
            f"{shown}:1: its blocks are not laid out as Tealform writes them; run: tealform synth {environment}"
        ) from error


def _places(document: Mapping[str, Any], environment: str) -> Iterator[tuple[int, Place]]:
    for line, block, content in _entries(document, 2):
        if block == "provider":
            for inside, name, configurations in _entries(content, line + 1):
                yield from _providers(name, configurations, inside)
        if block in ("resource", "data"):
            for inside, kind, resources in _entries(content, line + 1):
                for here, name, resource in _entries(resources, inside + 1):
                    address = f"{kind}.{name}" if block == "resource" else f"data.{kind}.{name}"
                    yield here, Place(address, construct_path(resource).removeprefix(f"{environment}/"))


def _providers(name: str, configurations: Any, line: int) -> Iterator[tuple[int, Place]]:
    if isinstance(configurations, dict):
        configurations = [configurations]
    else:
        line += 1
    for configuration in configurations:
        alias = configuration.get("alias")
        yield line, Place(f"provider.{name}.{alias}" if alias else f"provider.{name}")
        line += _height(configuration)


def _entries(content: Any, line: int) -> Iterator[tuple[int, str, Any]]:
    """Yield the entries of a JSON object whose first one is on ``line``, each with its own line."""
    for key, value in content.items():
        yield line, key, value
        line += _height(value)


def _height(value: Any) -> int:
    """Return how many lines a value takes in indented JSON."""
    if not value or not isinstance(value, dict | list):
        return 1
    return 2 + sum(map(_height, value.values() if isinstance(value, dict) else value))


def construct_path(resource: Any) -> str:
    """Return the construct path of a generated resource, with its stack; empty if it has none."""
    try:
        return str(resource["//"]["metadata"]["path"])
    except (KeyError, TypeError):
        return ""
