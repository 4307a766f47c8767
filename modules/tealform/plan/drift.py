"""What was changed outside Terraform since the last apply, as far as it matters to a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tealform.plan import plan_entries
from tealform.plan.attribute_diff import Difference
from tealform.plan.plan_entries import Entry


@dataclass(frozen=True)
class Drift:
    """A resource that is no longer as the last apply left it: ``gone``, or different."""

    address: str
    gone: bool
    differences: tuple[Difference, ...] = ()


def that_matters(plan: Mapping[str, Any], planned: Iterable[Entry]) -> list[Drift]:
    """The drift that somebody decides by, sorted by address.

    That is what is gone, what other things are made from (Terraform's own choice, ``relevant_attributes``), and what
    this plan would overwrite. All of it, where the plan does nothing but take it into the state (``-refresh-only``).
    The rest is mostly AWS filling in what was left open:
    https://developer.hashicorp.com/terraform/tutorials/state/resource-drift
    """
    everything = not plan.get("resource_changes")
    relevant = set(_relevant(plan)) | set(_overwritten(planned))
    found = []
    for drift in _all(plan):
        wanted = [each for each in drift.differences if everything or _is_in(relevant, drift.address, each)]
        if drift.gone or wanted:
            found.append(Drift(drift.address, drift.gone, tuple(wanted)))
    return found


def _all(plan: Mapping[str, Any]) -> Iterator[Drift]:
    raw = [dict(each, previous_address=each["address"]) for each in plan.get("resource_drift") or []]
    for entry in plan_entries.of({"resource_changes": raw}):
        yield Drift(entry.address, entry.action == "destroy", tuple(each for each in entry.others if each.real))


def _relevant(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for each in plan.get("relevant_attributes") or []:
        yield each["resource"], str(next(iter(each.get("attribute") or ()), ""))


def _overwritten(planned: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    for entry in planned:
        for each in (*entry.because, *entry.others):
            if each.known and each.path:
                yield entry.address, str(each.path[0])


def _is_in(relevant: set[tuple[str, str]], address: str, difference: Difference) -> bool:
    attribute = str(difference.path[0]) if difference.path else ""
    return (address, attribute) in relevant or (address, "") in relevant
