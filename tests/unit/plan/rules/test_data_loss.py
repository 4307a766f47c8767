from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

from tealform.plan.rules import data_loss
from tests.unit.plan import recorded
from tests.unit.plan.plans import change, plan

_END = (("delete",), ("delete", "create"), ("create", "delete"))
_STAYS = (("create",), ("update",), ("forget",), ("no-op",), ("read",))


def _blocked(*changes: dict[str, Any]) -> list[str]:
    return [str(each) for each in data_loss.find_blockers(plan(*changes))]


@pytest.mark.parametrize("kind", sorted(data_loss.LOST))
def test_end_is_blocked_and_all_else_is_not(kind: str) -> None:
    address = f"{kind}.mine"
    for actions in _END:
        assert _blocked(change(*actions, address=address)) == [f"{address}: {data_loss.LOST[kind]}"]
    for actions in _STAYS:  # What is forgotten stays as it is in AWS.
        assert _blocked(change(*actions, address=address)) == []


_LEFT = "it is left of a replacement that was broken off, and may still hold something: "


@pytest.mark.parametrize(
    ("address", "deposed", "reason"),
    [
        *((f"{kind}.mine", "", data_loss.LOST[kind.replace("alb", "lb")]) for kind in ("aws_alb", "aws_alb_listener")),
        # A leftover that holds nothing is not in use.
        *((f"{kind}.mine", "1a2b", None) for kind in ("aws_lb", "aws_alb_listener", "aws_ecs_service")),
        ("aws_s3_bucket.mine", "1a2b", f"{_LEFT}all objects in it are lost, in every version"),
        ("aws_db_instance.mine", "1a2b", f"{_LEFT}the data in it is lost"),
        ("module.orders.aws_db_instance.main[0]", "", "the data in it is lost"),
        *(
            (f"{kind}.theirs", "", "its name sounds as if it held data, which would be lost")
            for kind in (
                *("google_sql_database_instance", "azurerm_managed_disk", "postgresql_database"),
                *("awscc_rds_db_cluster", "kafka_topic"),
            )
        ),
        *(
            (f"{kind}.theirs", "", None)
            for kind in (
                *("random_pet", "null_resource", "google_storage_bucket_iam_member", "awscc_ec2_route_table"),
                *("azurerm_virtual_machine_data_disk_attachment", "aws_volume_attachment", "aws_db_subnet_group"),
                *("aws_ecs_task_definition", "aws_cloudwatch_metric_alarm"),
            )
        ),
    ],
)
def test_loss(address: str, deposed: str, reason: str | None) -> None:
    assert _blocked(change("delete", address=address, deposed=deposed)) == ([f"{address}: {reason}"] if reason else [])


def test_types_exist() -> None:
    """A misspelled name protects nothing."""
    # Its __init__ imports 2,200 submodules; the names in its folder are enough.
    spec = importlib.util.find_spec("cdktf_cdktf_provider_aws")
    assert spec
    assert spec.submodule_search_locations
    there = {each.name for each in Path(spec.submodule_search_locations[0]).iterdir()}
    named = {kind.removeprefix("aws_") for kind in data_loss.LOST}
    # The bindings have an underscore in these.
    assert {re.sub("^s3(tables|vectors|control)", r"s3_\1", name) for name in named} - there == set()


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
def test_end_of_protection(address: str, attribute: str, on: Any, off: Any) -> None:
    def blocked(before: Any, after: Any) -> int:
        return len(_blocked(change("update", address=address, before=before, after=after)))

    assert blocked({attribute: on}, {attribute: off}) == 1
    assert blocked({attribute: off}, {attribute: on}) == 0
    assert blocked({attribute: on, "name": "old"}, {attribute: on, "name": "new"}) == 0


_ON, _OFF = ({"bucket": "b", "versioning_configuration": [{"status": each}]} for each in ("Enabled", "Suspended"))


@pytest.mark.parametrize(
    ("action", "before", "after", "number"),
    [("update", _ON, _OFF, 1), ("delete", _ON, None, 1), ("update", _OFF, _ON, 0), ("forget", _ON, None, 0)],
)
def test_end_of_versioning(action: str, before: Any, after: Any, number: int) -> None:
    address = "aws_s3_bucket_versioning.b"
    reason = "what is overwritten or deleted in the bucket afterwards cannot be brought back"
    ends = change(action, address=address, before=before, after=after)
    assert _blocked(ends) == [f"{address}: {reason}"] * number
    bucket = change("delete", address="aws_s3_bucket.b", before={"bucket": "b"})
    assert len(_blocked(ends, bucket)) == 1, "it goes with the bucket, and that is blocked"


def test_force_delete_alone_is_not_blocked() -> None:
    """The recorded plan ends the load balancer's protection and sets the repository's ``force_delete``."""
    blocked = _blocked(*recorded.plan("ecs_protection")["resource_changes"])
    assert blocked == ["aws_lb.load-balancer: it is protected from deletion, and would be no more"]
