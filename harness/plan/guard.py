"""Stops a plan that would lose something or cut a release, until somebody names what it may."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from harness.errors import HarnessError
from harness.plan.objection import Objection
from harness.plan.releases import Releases
from harness.plan.rules import (
    data,
    images,
    irreplaceable,
    listener_rules,
    objects,
    ports,
    protections,
    release_cut,
    retention,
    roles,
    security_groups,
    target_groups,
)

_RULES: tuple[Callable[[Mapping[str, Any]], Iterator[Objection]], ...] = (
    data.objections,
    images.objections,
    irreplaceable.objections,
    listener_rules.objections,
    objects.objections,
    ports.objections,
    protections.objections,
    retention.objections,
    roles.objections,
    security_groups.objections,
    target_groups.objections,
)


def objections(plan: Mapping[str, Any], clients: Callable[[str], Any]) -> list[Objection]:
    """Why a plan must not be applied unasked, by address, each reason once; nothing for a harmless one.

    ``plan`` is as ``terraform show -json`` tells it. ``clients`` makes a client of boto3 for the name of an AWS service, in
    the environment's region; it is called only if the plan touches what a release in progress needs. What is removed from
    the state but stays in AWS is lost to nobody, and the summary tells it.
    """
    found = {objection for rule in _RULES for objection in rule(plan)}
    return sorted(found.union(release_cut.objections(plan, Releases(plan, clients))))


def left(objections: Collection[Objection], allowed: Collection[str]) -> list[Objection]:
    """The objections to addresses that are not ``allowed``, sorted.

    Raises ``HarnessError`` for what is allowed but has no objection: it is misspelt, or meant for another plan.
    """
    known = {objection.address for objection in objections}
    if unknown := sorted(set(allowed) - known):
        may = f"it has to {', '.join(sorted(known))}" if known else "it has none at all"
        raise HarnessError(f"the guard has no objection to {', '.join(unknown)}; {may}")
    return sorted(objection for objection in objections if objection.address not in allowed)
