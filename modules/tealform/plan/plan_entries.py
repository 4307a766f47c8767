"""What a plan does with each resource, with all that is worth telling of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tealform.plan import attribute_diff, changes
from tealform.plan.attribute_diff import Difference
from tealform.plan.changes import Change
from tealform.plan.plan_values import marked


@dataclass(frozen=True)
class Entry:
    """One resource that is not left alone.

    ``action`` is create, update, replace, destroy, forget, or, where nothing is done to the thing itself, import or
    move. ``because`` are the differences that force a replacement, ``others`` all other ones. ``imported`` is the id of
    what is taken into the state, ``moved_from`` the address it had, ``deposed`` the key of what is left of a
    replacement that was broken off; ``reason`` is Terraform's own word. ``keeps_old`` is whether what is replaced stays.
    """

    address: str
    action: str
    type: str = ""
    reason: str = ""
    destroys_first: bool = False
    keeps_old: bool = False
    because: tuple[Difference, ...] = ()
    others: tuple[Difference, ...] = ()
    imported: str = ""
    moved_from: str = ""
    deposed: str = ""

    @property
    def worth_telling(self) -> tuple[Difference, ...]:
        """The other differences that somebody decides by.

        A replacement's new ids and the like are not among them. One zero value for another is, if it is all there is.
        """
        real = tuple(each for each in self.others if each.real)
        if self.action == "replace":
            return tuple(each for each in real if each.known)
        return real or self.others


def of(plan: Mapping[str, Any]) -> list[Entry]:
    """All entries of a plan, what belongs to one construct side by side. Raises ``TealformError`` for an unknown action."""
    return sorted(_entries(plan), key=lambda entry: (_name(entry.address), entry.deposed))


def counts(entries: list[Entry]) -> Counter[str]:
    """How many there are of each action; what is imported or moved and something else as well counts for both."""
    numbers = Counter(entry.action for entry in entries)
    numbers["import"] = sum(1 for entry in entries if entry.imported)
    numbers["move"] = sum(1 for entry in entries if entry.moved_from)
    return numbers


def outputs(plan: Mapping[str, Any]) -> dict[str, list[Difference]]:
    """The outputs that change, with how."""
    entries = (plan.get("output_changes") or {}).items()
    found = {name: list(_differences(change, (name,))) for name, change in entries if change["actions"] != ["no-op"]}
    return {name: each for name, each in sorted(found.items()) if each}


def _name(address: str) -> tuple[str, str]:
    kind, _, name = address.partition(".")
    return name, kind


def _entries(plan: Mapping[str, Any]) -> Iterator[Entry]:
    for raw in plan.get("resource_changes") or []:
        known = changes.of({"resource_changes": [raw]})
        entry = _changed(raw, known[0]) if known else Entry(raw["address"], "", raw.get("type", ""))
        importing, previous = raw["change"].get("importing"), raw.get("previous_address", entry.address)
        entry = replace(
            entry,
            imported="" if importing is None else importing.get("id") or "an id that is known after apply",
            moved_from="" if previous == entry.address else previous,
        )
        action = entry.action or ("import" if entry.imported else "move" if entry.moved_from else "")
        if action:
            yield replace(entry, action=action)


def _changed(raw: dict[str, Any], change: Change) -> Entry:
    because = tuple(_forcing(raw["change"])) if change.action == "replace" else ()
    said = {each.name for each in because}
    whole = change.action in ("update", "replace")
    others = [each for each in _differences(raw["change"]) if each.name not in said] if whole else []
    return Entry(
        address=change.address,
        action=change.action,
        type=raw.get("type", ""),
        reason=change.reason,
        destroys_first=change.destroys_first,
        keeps_old="forget" in raw["change"]["actions"],
        because=tuple(sorted(because, key=lambda each: each.name)),
        others=tuple(sorted(others, key=lambda each: not each.known)),
        deposed=change.deposed,
    )


def _forcing(change: dict[str, Any]) -> Iterator[Difference]:
    before, after = _sides(change)
    for path in change.get("replace_paths") or ():
        yield from attribute_diff.at(tuple(path), before, after)


def _differences(change: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[Difference]:
    return attribute_diff.between(*_sides(change), path)


def _sides(change: dict[str, Any]) -> tuple[Any, Any]:
    before = marked(change.get("before"), None, change.get("before_sensitive"))
    return before, marked(change.get("after"), change.get("after_unknown"), change.get("after_sensitive"))
