"""Security groups that are taken away from what they stand around."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tealform.plan import changes
from tealform.plan.blocker import Objection


def objections(plan: Mapping[str, Any]) -> Iterator[Objection]:
    """Objects to groups that are destroyed before there is a new one. Their rules may: open connections outlive them.

    https://docs.aws.amazon.com/vpc/latest/userguide/deleting-security-groups.html
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
    """
    for change in changes.of(plan):
        if change.type == "aws_security_group" and change.destroys_first:
            yield Objection(
                change.address,
                "AWS does not let it go while a task or a load balancer has it: the apply waits, and stops half done",
            )
