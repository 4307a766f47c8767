from __future__ import annotations

from typing import Any

import pytest

from tealform.plan.rules import deletion_protection
from tests.unit.plan import recorded
from tests.unit.plan.made import change, plan


def _told(address: str, before: Any, after: Any, *more: Any, actions: tuple[str, ...] = ("update",)) -> list[str]:
    planned = plan(change(*actions, address=address, before=before, after=after), *more)
    return [each.reason for each in deletion_protection.objections(planned)]


@pytest.mark.parametrize(
    ("address", "attribute", "on", "off"),
    [
        ("aws_lb.web", "enable_deletion_protection", True, False),
        ("aws_db_instance.orders", "deletion_protection", True, False),
        ("aws_dynamodb_table.orders", "deletion_protection_enabled", True, None),
        ("aws_cognito_user_pool.users", "deletion_protection", "ACTIVE", "INACTIVE"),
        ("aws_kms_key.key", "is_enabled", True, False),
        ("aws_kms_replica_key.key", "enabled", True, False),
    ],
)
def test_a_protection_that_ends(address: str, attribute: str, on: Any, off: Any) -> None:
    assert len(_told(address, {attribute: on}, {attribute: off})) == 1
    assert _told(address, {attribute: off}, {attribute: on}) == []
    assert _told(address, {attribute: on, "name": "old"}, {attribute: on, "name": "new"}) == []


def _versioning(status: str) -> dict[str, Any]:
    return {"bucket": "b", "versioning_configuration": [{"status": status}]}


def test_a_bucket_that_keeps_no_versions_any_more() -> None:
    address, on, off = "aws_s3_bucket_versioning.b", _versioning("Enabled"), _versioning("Suspended")
    told = ["what is overwritten or deleted in the bucket afterwards cannot be brought back"]
    assert _told(address, on, off) == _told(address, on, None, actions=("delete",)) == told
    assert _told(address, off, on) == _told(address, on, None, actions=("forget",)) == []
    gone = change("delete", address="aws_s3_bucket.b", before={"bucket": "b"})
    assert _told(address, on, None, gone, actions=("delete",)) == [], "it goes with the bucket, and that is objected to"


def test_what_takes_nothing_by_itself() -> None:
    """Of what is recorded: the load balancer's protection is objected to, the repository's ``force_delete`` is not."""
    found = [str(each) for each in deletion_protection.objections(recorded.plan("ecs_protection"))]
    assert found == ["aws_lb.load-balancer: it is protected from deletion, and would be no more"]
