"""A plan's summary, as text for a decision and as JSON for programs."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

from tealform.plan import plan_entries
from tealform.plan.attribute_diff import Difference
from tealform.plan.changes import Blocker
from tealform.plan.plan_entries import Drift, Entry
from tealform.plan.plan_values import pluralize, to_json
from tealform.plan.source_map import SourceMap
from tealform.plan.summary_sections import SummarySections

# The first line of a longer summary has scrolled away.
_LONG = 40

# In the order of what there is to lose.
_COUNTED = {
    "destroy": "to destroy",
    "replace": "to replace",
    "forget": "to forget",
    "update": "to change in place",
    "create": "to create",
    "import": "to import",
    "move": "to move in the state",
}


Form = Literal["summary", "full", "json"]
"""How a plan is printed: its summary, with Terraform's own output before it, or the summary as JSON."""


def text(
    plan: Mapping[str, Any],
    source_map: SourceMap,
    blockers: Collection[Blocker] = (),
    *,
    name: str = "",
    allowed: Collection[Blocker] = (),
    command: str = "apply",
    unread: bool = False,
) -> Iterator[str]:
    """Yield the lines for a person.

    ``plan`` is the output of ``terraform show -json``, or of HCP Terraform, which leaves out sensitive values. ``name`` is
    what ``make`` calls the root module, if not by the name of its folder. The ``allowed`` ones of the ``blockers`` stop
    nothing. ``command`` is the target of ``make`` that is stopped. ``unread`` is whether some blockers were not there
    when the plan was made. Raises ``TealformError`` for a plan with an unknown action.
    """
    name = name or source_map.environment
    lines = list(_lines(plan, source_map, blockers, name, allowed))
    if len(lines) > _LONG:
        lines += ["", lines[0]]
    if set(blockers) - set(allowed):
        lines += ["", *_way_out(name, sorted({each.address for each in blockers}), command, unread)]
    yield from ("".join(each if each.isprintable() else "?" for each in line) for line in lines)


def as_json(
    plan: Mapping[str, Any],
    source_map: SourceMap,
    blockers: Collection[Blocker] = (),
    *,
    name: str = "",
    allowed: Collection[Blocker] = (),
) -> dict[str, Any]:
    """Return the same for programs. Keys are added, never renamed or removed.

    - ``environment``: its name, or ``name`` as with ``text``
    - ``complete``: whether nothing was left out (``-target``, deferred) and Terraform finished the plan
    - ``counts``: how many to ``create``, ``update``, ``replace``, ``destroy``, ``forget``, ``import`` and ``move``
    - ``changes``: what happens to each resource: ``address``, ``type``, ``action`` (one of the words of ``counts``),
      ``construct`` (its path), ``setting`` and ``location`` (what it is made from, and its place), ``reason``
      (Terraform's word), ``because`` (the attributes that force a replacement), ``follows`` (addresses whose end forces
      it), ``destroys_first`` (whether neither the old nor the new one exists for a while), ``attributes`` (what else
      changes), ``imported`` (its id), ``moved_from``, ``deposed`` (the key of what an interrupted replacement left)
    - ``outputs``: how they change, by name
    - ``drift``: what changed outside Terraform and matters: ``address``, ``gone``, ``attributes``
    - ``objections``: ``address``, ``reason`` and whether it is ``allowed``

    Attributes have ``attribute`` (a path like ``stage[2].name``), ``before``, ``after`` (``null`` for all that is not
    known), ``known`` (whether all of ``after`` is known before apply) and ``sensitive``, which makes both ``null``.
    A text is empty if there is nothing to say.
    """
    planned = plan_entries.from_plan(plan)
    sections = SummarySections(source_map, planned, blockers, allowed)
    numbers = plan_entries.count_actions(planned)
    return {
        "environment": name or source_map.environment,
        "complete": _is_complete(plan),
        "counts": {action: numbers[action] for action in _COUNTED},
        "changes": [_change(entry, source_map, sections.follows(entry)) for entry in planned],
        "outputs": {name: _attributes(found) for name, found in plan_entries.diff_outputs(plan).items()},
        "drift": [
            {"address": each.address, "gone": each.gone, "attributes": _attributes(each.differences)}
            for each in plan_entries.find_drift(plan, planned)
        ],
        "objections": [
            {"address": each.address, "reason": each.reason, "allowed": each in allowed} for each in sorted(blockers)
        ],
    }


def _lines(
    plan: Mapping[str, Any],
    source_map: SourceMap,
    blockers: Collection[Blocker],
    name: str,
    allowed: Collection[Blocker],
) -> Iterator[str]:
    planned, outputs = plan_entries.from_plan(plan), plan_entries.diff_outputs(plan)
    drifted = plan_entries.find_drift(plan, planned)
    yield f"{name}: {_headline(plan, planned, outputs, drifted)}"
    yield from SummarySections(source_map, planned, blockers, allowed).lines()
    if outputs:
        yield from ("", "Outputs:", *(f"  {each}" for found in outputs.values() for each in found))
    if drifted:
        yield from ("", f"Changed outside Terraform since the last apply ({len(drifted)}):")
    for drift in drifted:
        yield f"  {drift.address}" + (" is gone" if drift.gone else "")
        yield from (f"      {difference}" for difference in drift.differences)
    if plan.get("errored"):
        yield from ("", "Terraform met an error while it planned. This cannot be applied: mend it and plan again.")
    elif not _is_complete(plan):
        left_out = "Something was left out of this plan (-target, or what can only be planned later)."
        yield from ("", f"{left_out} Plan again after it.")
    elsewhere = sorted(each for each in blockers if each.address not in {entry.address for entry in planned})
    yield from (f"{'ALLOWED' if each in allowed else 'STOPPED'}: {each}" for each in elsewhere)


def _headline(
    plan: Mapping[str, Any], planned: list[Entry], outputs: Mapping[str, Any], drifted: Collection[Drift]
) -> str:
    numbers = plan_entries.count_actions(planned)
    counted = ", ".join(f"{numbers[action]} {words}" for action, words in _COUNTED.items() if numbers[action])
    if outputs:
        counted = f"{counted or 'no changes to resources'}, {pluralize(len(outputs), 'output')} to change"
    if drifted and not counted:
        counted = "no changes; the state takes over what was changed outside Terraform"
    if plan.get("errored"):
        return f"Terraform could not finish this plan; up to there: {counted or 'nothing'}"
    if not _is_complete(plan):
        return f"an incomplete plan: {counted or 'nothing'}"
    return counted or "no changes; what is there is what the configuration says"


def _is_complete(plan: Mapping[str, Any]) -> bool:
    return plan.get("complete", True) is not False and not plan.get("errored")


def _way_out(name: str, stopped: Sequence[str], command: str, unread: bool) -> Iterator[str]:
    yield "Stopped by the plan guard until what it objects to is named. If you want all of it:"
    if unread:
        yield f"  tealform plan {name}    # first: some objections are newer than the plan"
    yield f"  {_allow_command(name, stopped, command)}"


def _allow_command(name: str, addresses: Sequence[str], command: str) -> str:
    allowed = [part for address in addresses for part in ("--allow", address)]
    return shlex.join(["tealform", command, name, *allowed])


def _change(entry: Entry, source_map: SourceMap, follows: list[str]) -> dict[str, Any]:
    construct = source_map.construct_path(entry.address)
    setting, location = source_map.setting_at(construct)
    return {
        "address": entry.address,
        "type": entry.type,
        "action": entry.action,
        "construct": construct,
        "setting": setting,
        "location": location,
        "reason": entry.reason,
        "because": _attributes(entry.because),
        "follows": follows,
        "destroys_first": entry.destroys_first,
        "attributes": _attributes(entry.relevant),
        "imported": entry.imported,
        "moved_from": entry.moved_from,
        "deposed": entry.deposed,
    }


def _attributes(differences: Collection[Difference]) -> list[dict[str, Any]]:
    return [
        {
            "attribute": each.name,
            "before": None if each.sensitive else to_json(each.before),
            "after": None if each.sensitive else to_json(each.after),
            "known": each.known,
            "sensitive": each.sensitive,
        }
        for each in differences
    ]
