"""Stops a plan that would lose something or cut a release, until somebody names what it may."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tealform.errors import TealformError
from tealform.plan.active_releases import Releases
from tealform.plan.aws_queries import Aws, Clients
from tealform.plan.blocker import Objection
from tealform.plan.live_routes import Routes
from tealform.plan.rules import (
    active_release,
    data_stores,
    deletion_protection,
    ecr_expiry,
    external_roles,
    listener_ports,
    listener_rules,
    retention,
    s3_expiry,
    security_groups,
    stateful_resources,
    target_groups,
)

_RULES: tuple[Callable[[Mapping[str, Any]], Iterator[Objection]], ...] = (
    data_stores.objections,
    ecr_expiry.objections,
    stateful_resources.objections,
    listener_rules.objections,
    s3_expiry.objections,
    listener_ports.objections,
    deletion_protection.objections,
    retention.objections,
    external_roles.objections,
    security_groups.objections,
)


def objections(plan: Mapping[str, Any], clients: Clients) -> list[Objection]:
    """Why a plan must not be applied unasked, by address, each reason once; nothing for a harmless one.

    ``plan`` is as ``terraform show -json`` tells it. ``clients`` makes a client of boto3 for the name of an AWS service, in
    the environment's region; it is called only if the plan touches what a release in progress needs, or ends a target
    group. What is removed from the state but stays in AWS is lost to nobody, and the summary tells it.
    """
    aws = Aws(clients)
    found = {objection for rule in _RULES for objection in rule(plan)}
    found.update(target_groups.objections(plan, Routes(aws)))
    return sorted(found.union(active_release.objections(plan, Releases(plan, aws))))


def unread(objections: Iterable[Objection], read: Iterable[Sequence[str]]) -> list[Objection]:
    """The objections that nobody could read when the plan was made; ``read`` are the identities of those of then."""
    before = {tuple(each) for each in read}
    return sorted(each for each in objections if each.identity not in before)


def left(
    objections: Collection[Objection], allowed: Collection[str], read: Iterable[Sequence[str]] | None = None
) -> list[Objection]:
    """The objections that stop the plan still, sorted: those to addresses that are not ``allowed``, and unread ones.

    Whoever allows an address has read why he should not: what is new there since he did, like a release that has begun,
    he has not. ``read`` are the identities of what he has; none are told where the plan is made and applied in one go.
    Raises ``TealformError`` for what is allowed but has no objection: it is misspelt, or meant for another plan.
    """
    known = {objection.address for objection in objections}
    if unknown := sorted(set(allowed) - known):
        may = f"it has to {', '.join(sorted(known))}" if known else "it has none at all"
        raise TealformError(f"the guard has no objection to {', '.join(unknown)}; {may}")
    new = set() if read is None else set(unread(objections, read))
    return sorted(each for each in objections if each in new or each.address not in allowed)
