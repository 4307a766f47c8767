"""Stops a plan that would lose something or cut a release, until somebody allows it by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from tealform.errors import TealformError
from tealform.plan.active_releases import ActiveReleases
from tealform.plan.aws_queries import Aws, Clients
from tealform.plan.changes import Blocker
from tealform.plan.live_routes import Routes
from tealform.plan.rules import active_release, data_loss, expiry, external_roles, live_traffic


def find_blockers(plan: Mapping[str, Any], clients: Clients) -> list[Blocker]:
    """Return why a plan must not be applied unless somebody allows it, sorted by address, each reason once.

    ``plan`` is the output of ``terraform show -json``. ``clients`` makes clients of boto3 in the environment's region. It
    is called only if the plan touches what a release in progress needs, or ends a target group. What Terraform forgets
    stays in AWS: it is not blocked, and the summary lists it.
    """
    aws = Aws(clients)
    return sorted(
        {
            *data_loss.find_blockers(plan),
            *expiry.find_blockers(plan),
            *external_roles.find_blockers(plan),
            *live_traffic.find_blockers(plan, Routes(aws)),
            *active_release.find_blockers(plan, ActiveReleases(plan, aws)),
        }
    )


def find_unread(blockers: Iterable[Blocker], read: Iterable[Sequence[str]]) -> list[Blocker]:
    """Return the blockers that were not there when the plan was made; ``read`` has the identities of those that were."""
    before = {tuple(each) for each in read}
    return sorted(each for each in blockers if each.identity not in before)


def remaining(
    blockers: Collection[Blocker], allowed: Collection[str], read: Iterable[Sequence[str]] | None = None
) -> list[Blocker]:
    """Return the blockers that still stop the plan, sorted: those at addresses not in ``allowed``, and unread ones.

    Whoever allows an address has read its reasons. What came after that, like a release that has begun, is unread.
    ``read`` has the identities of what was read; without it the plan is made and applied in one go.
    Raises ``TealformError`` for an allowed address without a blocker: it is misspelled, or meant for another plan.
    """
    known = {blocker.address for blocker in blockers}
    if unknown := sorted(set(allowed) - known):
        may = f"it has to {', '.join(sorted(known))}" if known else "it has none at all"
        raise TealformError(f"the guard has no objection to {', '.join(unknown)}; {may}")
    new = set() if read is None else set(find_unread(blockers, read))
    return sorted(each for each in blockers if each in new or each.address not in allowed)
