"""What a plan does with each resource and output, and which drift it reacts to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tealform.plan import attribute_diff, changes
from tealform.plan.attribute_diff import Difference
from tealform.plan.changes import Change
from tealform.plan.plan_values import mark


@dataclass(frozen=True)
class Entry:
    """One resource that the plan does something with.

    ``action`` is create, update, replace, destroy or forget, or import or move if nothing else happens to the resource.
    ``because`` has the differences that force a replacement, ``others`` all other ones. ``imported`` is the id of an
    imported resource, ``moved_from`` its former address, ``deposed`` the key of what an interrupted replacement left.
    ``reason`` is Terraform's own word. ``keeps_old`` is whether the replaced resource stays.
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
    def relevant(self) -> tuple[Difference, ...]:
        """The other differences that matter to a decision.

        A replacement's new ids and the like do not. One zero value for another does if there is nothing else.
        """
        real = tuple(each for each in self.others if each.real)
        if self.action == "replace":
            return tuple(each for each in real if each.known)
        return real or self.others


@dataclass(frozen=True)
class Drift:
    """A resource that changed outside Terraform since the last apply: ``gone``, or different."""

    address: str
    gone: bool
    differences: tuple[Difference, ...] = ()


def from_plan(plan: Mapping[str, Any]) -> list[Entry]:
    """Return all entries of a plan, sorted by construct. Raises ``TealformError`` for an unknown action."""

    def by_construct(entry: Entry) -> tuple[str, str, str]:
        kind, _, name = entry.address.partition(".")
        return name, kind, entry.deposed

    return sorted(_entries(plan), key=by_construct)


def count_actions(entries: list[Entry]) -> Counter[str]:
    """Count the entries of each action. What is imported or moved and changed as well counts for both."""
    numbers = Counter(entry.action for entry in entries)
    numbers["import"] = sum(1 for entry in entries if entry.imported)
    numbers["move"] = sum(1 for entry in entries if entry.moved_from)
    return numbers


def diff_outputs(plan: Mapping[str, Any]) -> dict[str, list[Difference]]:
    """Return the differences of each output that changes."""
    entries = (plan.get("output_changes") or {}).items()
    found = {name: list(_differences(change, (name,))) for name, change in entries if change["actions"] != ["no-op"]}
    return {name: each for name, each in sorted(found.items()) if each}


def find_drift(plan: Mapping[str, Any], planned: Iterable[Entry]) -> list[Drift]:
    """Return the drift that matters to a decision, sorted by address.

    That is what is gone, what other resources are made from (Terraform's own choice, ``relevant_attributes``), and what
    this plan would overwrite. If the plan does nothing but take drift into the state (``-refresh-only``), it is all.
    The rest is mostly AWS filling in what was left open:
    https://developer.hashicorp.com/terraform/tutorials/state/resource-drift
    """
    everything = not plan.get("resource_changes")
    relevant = {
        (each["resource"], str(next(iter(each.get("attribute") or ()), "")))
        for each in plan.get("relevant_attributes") or ()
    }
    for entry in planned:
        overwritten = (each for each in (*entry.because, *entry.others) if each.known and each.path)
        relevant |= {(entry.address, _attribute(each)) for each in overwritten}
    found = []
    drifted = [dict(each, previous_address=each["address"]) for each in plan.get("resource_drift") or []]
    for entry in from_plan({"resource_changes": drifted}):
        address, gone = entry.address, entry.action == "destroy"
        differences = [each for each in entry.others if each.real]
        if not everything:
            differences = [each for each in differences if relevant & {(address, _attribute(each)), (address, "")}]
        if gone or differences:
            found.append(Drift(address, gone, tuple(differences)))
    return found


def _attribute(difference: Difference) -> str:
    return str(difference.path[0]) if difference.path else ""


def _entries(plan: Mapping[str, Any]) -> Iterator[Entry]:
    for raw in plan.get("resource_changes") or []:
        known = changes.from_plan({"resource_changes": [raw]})
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
    forcing = {each.name for each in because}
    differs = change.action in ("update", "replace")
    others = [each for each in _differences(raw["change"]) if each.name not in forcing] if differs else []
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
        yield from attribute_diff.diff_at(tuple(path), before, after)


def _differences(change: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[Difference]:
    return attribute_diff.diff(*_sides(change), path)


def _sides(change: dict[str, Any]) -> tuple[Any, Any]:
    before = mark(change.get("before"), None, change.get("before_sensitive"))
    return before, mark(change.get("after"), change.get("after_unknown"), change.get("after_sensitive"))
