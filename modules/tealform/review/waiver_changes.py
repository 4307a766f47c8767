"""What a pull request does to waivers: those that accept more than before, or for longer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from tealform.policy import waivers
from tealform.policy.waivers import Waiver

_Key = tuple[str, str]


def told(before: tuple[Path, Path] | None, after: tuple[Path, Path], today: date) -> Iterator[str]:
    """Each waiver that is new, reaches further, or says something else than before, with its reason and owner.

    ``before`` and ``after`` are a project and the folder in it that is meant; without the first all are new.
    """
    old = _waivers(*before, today) if before else {}
    for key, waiver in _waivers(*after, today).items():
        if verb := _verb(old.get(key), waiver):
            yield (
                f"waiver of {waiver.check} on {waiver.resource} {verb}, until {waiver.until}; "
                f"{waiver.owner} says: {waiver.reason}"
            )


def _verb(old: Waiver | None, new: Waiver) -> str:
    if old is None:
        return "is new"
    if new.until > old.until:
        return f"is prolonged from {old.until}"
    return "has another reason or owner" if (old.reason, old.owner) != (new.reason, new.owner) else ""


def _waivers(root: Path, folder: Path, today: date) -> Mapping[_Key, Waiver]:
    """The valid ones; of the others the policy gate tells."""
    read, _ = waivers.read_waivers(root, folder, today)
    return {(waiver.check, waiver.resource): waiver for waiver in read}
