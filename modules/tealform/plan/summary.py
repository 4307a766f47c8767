"""A plan's summary that a person can decide from, and the same for programs."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from tealform.plan import drift, labels, plan_entries
from tealform.plan.attribute_diff import Difference
from tealform.plan.blocker import Objection
from tealform.plan.drift import Drift
from tealform.plan.plan_entries import Entry
from tealform.plan.plan_values import plain
from tealform.plan.source_map import Blame
from tealform.plan.summary_sections import Paragraphs

# What is longer has scrolled its first line away.
_LONG = 40


def text(
    plan: Mapping[str, Any],
    blame: Blame,
    objections: Collection[Objection] = (),
    *,
    name: str = "",
    allowed: Collection[Objection] = (),
    command: str = "apply",
    unread: bool = False,
) -> Iterator[str]:
    """The lines for a person.

    ``plan`` is as ``terraform show -json`` tells it, or HCP Terraform, which leaves sensitive values out. ``name`` is
    what ``make`` calls that which is planned, where it is no environment with the name of its folder. Of
    ``objections``, those that are ``allowed`` no longer stop anything. ``command`` is the one of ``make`` that is
    stopped; ``unread`` is whether some of what stops it was not there when the plan was made. Raises ``TealformError``
    for a plan with an action that is new to us.
    """
    name = name or blame.environment
    lines = list(_lines(plan, blame, objections, name, allowed))
    if len(lines) > _LONG:
        lines += ["", lines[0]]
    if set(objections) - set(allowed):
        lines += ["", *_way_out(name, {each.address for each in objections}, command, unread)]
    yield from ("".join(each if each.isprintable() else "?" for each in line) for line in lines)


def as_json(
    plan: Mapping[str, Any],
    blame: Blame,
    objections: Collection[Objection] = (),
    *,
    name: str = "",
    allowed: Collection[Objection] = (),
) -> dict[str, Any]:
    """The same for programs; keys are added, never renamed or taken away.

    - ``environment``: its name, or ``name`` as with ``text``
    - ``complete``: whether nothing was left out (``-target``, deferred) and Terraform came to the plan's end
    - ``counts``: how many to ``create``, ``update``, ``replace``, ``destroy``, ``forget``, ``import`` and ``move``
    - ``changes``: what happens to each resource: ``address``, ``type``, ``action`` (one of the words of ``counts``),
      ``construct`` (its path), ``setting`` and ``location`` (what it is made from, and where that stands), ``reason``
      (Terraform's word), ``because`` (the attributes that force a replacement), ``follows`` (addresses for whose sake it
      is replaced), ``destroys_first`` (whether there is neither the old nor the new one for a while), ``attributes``
      (what else changes), ``imported`` (its id), ``moved_from``, ``deposed`` (the key of a broken off replacement's rest)
    - ``outputs``: how they change, by name
    - ``drift``: what was changed outside Terraform and matters: ``address``, ``gone``, ``attributes``
    - ``objections``: ``address``, ``reason`` and whether it is ``allowed``

    Attributes have ``attribute`` (a path like ``stage[2].name``), ``before``, ``after`` (``null`` with all that is not
    known), ``known`` (whether all of ``after`` is known before apply) and ``sensitive``, which leaves both ``null``.
    Texts that are empty say that there is nothing to tell.
    """
    planned = plan_entries.of(plan)
    paragraphs = Paragraphs(blame, planned, objections, allowed)
    numbers = plan_entries.counts(planned)
    return {
        "environment": name or blame.environment,
        "complete": _is_complete(plan),
        "counts": {action: numbers[action] for action in labels.COUNTED},
        "changes": [_change(entry, blame, paragraphs.follows(entry)) for entry in planned],
        "outputs": {name: _attributes(found) for name, found in plan_entries.outputs(plan).items()},
        "drift": [
            {"address": each.address, "gone": each.gone, "attributes": _attributes(each.differences)}
            for each in drift.that_matters(plan, planned)
        ],
        "objections": [
            {"address": each.address, "reason": each.reason, "allowed": each in allowed} for each in sorted(objections)
        ],
    }


def _lines(
    plan: Mapping[str, Any], blame: Blame, objections: Collection[Objection], name: str, allowed: Collection[Objection]
) -> Iterator[str]:
    planned, outputs = plan_entries.of(plan), plan_entries.outputs(plan)
    drifted = drift.that_matters(plan, planned)
    yield f"{name}: {_headline(plan, planned, outputs, drifted)}"
    yield from Paragraphs(blame, planned, objections, allowed).all()
    yield from _outputs(outputs)
    yield from _drift(drifted)
    yield from _shortcomings(plan)
    elsewhere = sorted(each for each in objections if each.address not in {entry.address for entry in planned})
    yield from (f"{'ALLOWED' if each in allowed else 'STOPPED'}: {each}" for each in elsewhere)


def _headline(
    plan: Mapping[str, Any], planned: list[Entry], outputs: Mapping[str, Any], drifted: Collection[Drift]
) -> str:
    said = labels.counts(plan_entries.counts(planned)) or ("no changes to resources" if outputs else "")
    if outputs:
        said += f", {labels.many(len(outputs), 'output')} to change"
    if drifted and not said:
        said = "no changes; the state takes over what was changed outside Terraform"
    if plan.get("errored"):
        return f"Terraform could not finish this plan; up to there: {said or 'nothing'}"
    if not _is_complete(plan):
        return f"an incomplete plan: {said or 'nothing'}"
    return said or "no changes; what is there is what the configuration says"


def _outputs(outputs: Mapping[str, list[Difference]]) -> Iterator[str]:
    if outputs:
        yield ""
        yield "Outputs:"
    for found in outputs.values():
        yield from (f"  {each}" for each in found)


def _drift(drifted: Collection[Drift]) -> Iterator[str]:
    if drifted:
        yield ""
        yield f"Changed outside Terraform since the last apply ({len(drifted)}):"
    for each in drifted:
        yield f"  {each.address}" + (" is gone" if each.gone else "")
        yield from (f"      {difference}" for difference in each.differences)


def _shortcomings(plan: Mapping[str, Any]) -> Iterator[str]:
    if plan.get("errored"):
        yield ""
        yield "Terraform met an error while it planned. This cannot be applied: mend it and plan again."
    elif not _is_complete(plan):
        yield ""
        yield "Something was left out of this plan (-target, or what can only be planned later). Plan again after it."


def _is_complete(plan: Mapping[str, Any]) -> bool:
    return plan.get("complete", True) is not False and not plan.get("errored")


def _way_out(name: str, stopped: Collection[str], command: str, unread: bool) -> Iterator[str]:
    yield "Stopped by the plan guard until what it objects to is named. If you want all of it:"
    if unread:
        yield f"  make plan ENV={name}    # some of it is new since the plan was made; what is allowed has been read"
    yield f"  {_naming(name, sorted(stopped), command)}"


def _naming(name: str, addresses: Sequence[str], command: str) -> str:
    # To make, a space ends an address and a dollar sign begins a variable; then it puts each in single quotes.
    if any(character.isspace() or character in "$'" for address in addresses for character in address):
        allowed = [part for address in addresses for part in ("--allow", address)]
        return shlex.join([".venv/bin/tealform", command, name, *allowed])
    together = " ".join(addresses)
    quoted = f'"{together}"' if not set(together) & set('"`\\!') else shlex.quote(together)
    return f"make {command} ENV={name} ALLOW={quoted}"


def _change(entry: Entry, blame: Blame, follows: list[str]) -> dict[str, Any]:
    construct = blame.construct_of(entry.address)
    setting, location = blame.setting_at(construct)
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
        "attributes": _attributes(entry.worth_telling),
        "imported": entry.imported,
        "moved_from": entry.moved_from,
        "deposed": entry.deposed,
    }


def _attributes(differences: Collection[Difference]) -> list[dict[str, Any]]:
    return [
        {
            "attribute": each.name,
            "before": None if each.sensitive else plain(each.before),
            "after": None if each.sensitive else plain(each.after),
            "known": each.known,
            "sensitive": each.sensitive,
        }
        for each in differences
    ]
