"""Compares the environments of a pull request with those of its base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from tealform.errors import TealformError
from tealform.review import resource_diff
from tealform.review.resource_diff import ResourceChange
from tealform.settings import loader
from tealform.settings.errors import SettingsError
from tealform.synth import environments

Fate = Literal["kept", "new", "removed", "renamed"]


@dataclass(frozen=True)
class Compared:
    """One environment, or the bootstrap of an account (``bootstrap/123456789012``).

    ``was`` is its former name. ``before`` and ``after`` are the generated documents, if there are any. ``unknown`` says
    why its changes are unknown. ``unprotected`` is whether ``protected`` is removed, which changes no generated file.
    """

    name: str
    fate: Fate = "kept"
    was: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    unknown: str = ""
    unprotected: bool = False

    @cached_property
    def changes(self) -> tuple[ResourceChange, ...]:
        """The changes of its resources; none for a renamed one, where every resource is new."""
        if self.unknown or self.fate == "renamed":
            return ()
        return resource_diff.diff(self.before or {}, self.after or {})


def compare(before: Path, after: Path) -> tuple[Compared, ...]:
    """Return all environments and bootstraps of two projects, sorted by name."""
    old, new = _folders(before), _folders(after)
    renamed = dict(_renamed(old, new))
    gone = set(old) - set(new) - set(renamed.values())
    found = [_compared(name, old.get(renamed.get(name, name)), new[name], renamed.get(name, "")) for name in new]
    return tuple(sorted([*found, *(_compared(name, old[name], None, "") for name in gone)], key=lambda each: each.name))


def _folders(root: Path) -> dict[str, Path]:
    found = {name: root / "environments" / name for name in environments.list_names(root)}
    return found | {name: root / name for name in environments.list_accounts(root)}


def _renamed(old: Mapping[str, Path], new: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    """Yield the new and old name of each environment whose settings equal those of a removed one."""
    gone = {_settings(old[name]): name for name in sorted(set(old) - set(new), reverse=True)}
    for name in sorted(set(new) - set(old)):
        settings = _settings(new[name])
        if settings and settings in gone:
            yield name, gone.pop(settings)


def _settings(folder: Path) -> bytes:
    file = folder / loader.FILE
    return file.read_bytes() if file.is_file() else b""


def _compared(name: str, old: Path | None, new: Path | None, was: str) -> Compared:
    fate: Fate = "removed" if new is None else "new" if old is None else "renamed" if was else "kept"
    try:
        after = environments.load_document(new) if new else None
    except TealformError as error:
        return Compared(name, fate, was, unknown=str(error))
    try:
        before = environments.load_document(old) if old else None
    except TealformError as error:
        return Compared(name, fate, was, unknown=f"in BASE, {error}".partition(";")[0])
    unprotected = bool(old and new and _protected(old) and not _protected(new))
    return Compared(name, fate, was, before, after, unprotected=unprotected)


def _protected(folder: Path) -> bool:
    """Settings that cannot be read protect as before: the synth check reports them."""
    try:
        return loader.load(folder.parent, folder.name).environment.protected
    except SettingsError:
        return True
