"""What keeps something from being lost, and is taken off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tealform.plan import changes, prior_state
from tealform.plan.blocker import Objection
from tealform.plan.changes import Change

_ON = (True, "ACTIVE")
# So it is called by load balancers, DynamoDB, Neptune Analytics, and by databases and Cognito.
_SWITCHES = ("enable_deletion_protection", "deletion_protection_enabled", "deletion_protection")

_KEYS = {
    "aws_kms_external_key": "enabled",
    "aws_kms_key": "is_enabled",
    "aws_kms_replica_external_key": "enabled",
    "aws_kms_replica_key": "enabled",
}


def objections(plan: Mapping[str, Any]) -> Iterator[Objection]:
    """Objects to protection from deletion that ends, to buckets that keep no versions any more, and to keys put off.

    Not to ``force_destroy`` and ``force_delete``: they take nothing by themselves, and what a destroy takes is told then.
    """
    changed = changes.of(plan)
    gone = {each.before.get("bucket") for each in changed if each.type == "aws_s3_bucket" and each.action == "destroy"}
    for change in changed:
        if change.action == "update":
            yield from _switched_off(change)
        if change.type == "aws_s3_bucket_versioning" and change.before.get("bucket") not in gone:
            yield from _without_versions(change)


def keeps_from_deletion(values: Mapping[str, Any]) -> bool:
    """Whether AWS refuses to delete a resource with these values."""
    return any(values.get(switch) in _ON for switch in _SWITCHES)


def _switched_off(change: Change) -> Iterator[Objection]:
    for switch in _SWITCHES:
        if change.before.get(switch) in _ON and change.after.get(switch) not in _ON and switch in change.attributes:
            yield Objection(change.address, "it is protected from deletion, and would be no more")
    enabled = _KEYS.get(change.type, "")
    if change.before.get(enabled) and change.after.get(enabled) is False:
        yield Objection(change.address, "nothing that is encrypted with it can be read while it is disabled")


def _without_versions(change: Change) -> Iterator[Objection]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html"""
    if _keeps_versions(change.before) and not (change.action == "forget" or _keeps_versions(change.after)):
        yield Objection(
            change.address, "what is overwritten or deleted in the bucket afterwards cannot be brought back"
        )


def _keeps_versions(values: Mapping[str, Any]) -> bool:
    return any(block.get("status") == "Enabled" for block in prior_state.blocks(values, "versioning_configuration"))
