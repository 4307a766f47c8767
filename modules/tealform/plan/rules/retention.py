"""Backups, messages and histories that would be kept for a shorter time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tealform.plan import changes, prior_state
from tealform.plan.blocker import Objection

# Log groups are not here: how long logs are kept is a setting of every day.
_DAYS_OF_BACKUPS = ("backup_retention_period", "backups are kept for {} days instead of {}")
_KEPT = {
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html
    "aws_db_instance": _DAYS_OF_BACKUPS,
    "aws_docdb_cluster": _DAYS_OF_BACKUPS,
    "aws_elasticache_cluster": ("snapshot_retention_limit", "snapshots are kept for {} days instead of {}"),
    "aws_elasticache_replication_group": ("snapshot_retention_limit", "snapshots are kept for {} days instead of {}"),
    "aws_kinesis_stream": ("retention_period", "records are kept for {} hours instead of {}"),
    "aws_memorydb_cluster": ("snapshot_retention_limit", "snapshots are kept for {} days instead of {}"),
    "aws_neptune_cluster": _DAYS_OF_BACKUPS,
    "aws_rds_cluster": _DAYS_OF_BACKUPS,
    "aws_redshift_cluster": ("automated_snapshot_retention_period", "snapshots are kept for {} days instead of {}"),
    "aws_sqs_queue": ("message_retention_seconds", "messages are kept for {} seconds instead of {}"),
}


def objections(plan: Mapping[str, Any]) -> Iterator[Objection]:
    """Objects to what is kept for a shorter time, and to the end of DynamoDB's recovery to a point in time."""
    for change in changes.of(plan):
        if change.action != "update":
            continue
        attribute, kept = _KEPT.get(change.type, ("", ""))
        before, after = change.before.get(attribute), change.after.get(attribute)
        if before is not None and after is not None and after < before:
            yield Objection(change.address, kept.format(after, before))
        if change.type == "aws_dynamodb_table" and _recovers(change.before) and not _recovers(change.after):
            yield Objection(change.address, "the table can no longer be brought back to what it was before a mistake")


def _recovers(values: Mapping[str, Any]) -> bool:
    return any(block.get("enabled") for block in prior_state.blocks(values, "point_in_time_recovery"))
