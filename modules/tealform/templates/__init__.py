"""What Tealform writes into other repositories: the release contract, workflows for GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

_DOTFILES = ("dockerignore", "github")
"""Names that begin with a dot where they are written to. Here they have none, so that no tool takes them for its own."""


def contents(name: str) -> dict[PurePosixPath, bytes]:
    """Return the files of the template ``name``, such as ``artifacts``, by the path that each is written to."""
    return dict(_files(files("tealform.templates") / name, PurePosixPath(_target(name))))


def _files(folder: Traversable, target: PurePosixPath) -> Iterator[tuple[PurePosixPath, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.name == "__pycache__":
            continue
        path = target / _target(entry.name)
        if entry.is_dir():
            yield from _files(entry, path)
        else:
            yield path, entry.read_bytes()


def _target(name: str) -> str:
    return f".{name}" if name in _DOTFILES else name
