"""Images, objects, backups and messages that would be kept for a shorter time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tealform.plan import changes, prior_state
from tealform.plan.changes import Blocker, Change

_SELECTS = ("tagStatus", "tagPrefixList", "tagPatternList", "storageClass", "countType", "countUnit")
# Block, attribute, and what it counts.
_COUNTED = (
    ("expiration", "days", "objects for {} days"),
    ("noncurrent_version_expiration", "noncurrent_days", "former versions for {} days"),
    ("noncurrent_version_expiration", "newer_noncurrent_versions", "{} former versions"),
)

# Log groups are not here: how long to keep logs is an everyday setting.
_BACKUPS = ("backup_retention_period", "backups are kept for {} days instead of {}")
_SNAPSHOTS = ("snapshot_retention_limit", "snapshots are kept for {} days instead of {}")
_RETENTION = {
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html
    "aws_db_instance": _BACKUPS,
    "aws_docdb_cluster": _BACKUPS,
    "aws_elasticache_cluster": _SNAPSHOTS,
    "aws_elasticache_replication_group": _SNAPSHOTS,
    "aws_kinesis_stream": ("retention_period", "records are kept for {} hours instead of {}"),
    "aws_memorydb_cluster": _SNAPSHOTS,
    "aws_neptune_cluster": _BACKUPS,
    "aws_rds_cluster": _BACKUPS,
    "aws_redshift_cluster": ("automated_snapshot_retention_period", _SNAPSHOTS[1]),
    "aws_sqs_queue": ("message_retention_seconds", "messages are kept for {} seconds instead of {}"),
}


def find_blockers(plan: Mapping[str, Any]) -> Iterator[Blocker]:
    """Block lifecycle rules that delete earlier or more, shorter retention, and the end of point-in-time recovery.

    A lifecycle rule of a new repository or bucket deletes nothing that exists. Terraform replaces a policy of ECR
    whenever it changes, and a repository without one loses nothing.
    """
    changed = changes.from_plan(plan)
    repositories = _find_new(changed, "aws_ecr_repository", "name")
    buckets = _find_new(changed, "aws_s3_bucket", "bucket")
    for change in changed:
        reason = ""
        if change.type == "aws_ecr_lifecycle_policy" and change.after.get("repository") not in repositories:
            reason = _expiring_images(change)
        elif change.type == "aws_s3_bucket_lifecycle_configuration" and change.after.get("bucket") not in buckets:
            reason = "; ".join(_expiring_objects(change))
        elif change.action == "update":
            reason = _shorter_retention(change)
        if reason:
            yield Blocker(change.address, reason)


def _find_new(changed: Sequence[Change], type_: str, attribute: str) -> set[str | None]:
    """Return the names of new resources of a type; ``None`` is the name of one that has no name before the apply."""
    new = (each for each in changed if each.type == type_ and each.action in ("create", "replace"))
    return {None, *(each.after.get(attribute) for each in new)}


def _shorter_retention(change: Change) -> str:
    attribute, reason = _RETENTION.get(change.type, ("", ""))
    before, after = change.before.get(attribute), change.after.get(attribute)
    if before is not None and after is not None and after < before:
        return reason.format(after, before)
    if change.type == "aws_dynamodb_table" and _recovers(change.before) and not _recovers(change.after):
        return "the table can no longer be brought back to what it was before a mistake"
    return ""


def _recovers(values: Mapping[str, Any]) -> bool:
    return any(block.get("enabled") for block in prior_state.blocks(values, "point_in_time_recovery"))


def _expiring_images(change: Change) -> str:
    """https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html"""
    try:
        more = "; ".join(_more_images(change))
    except (AttributeError, KeyError, TypeError, ValueError):
        more = "what expires cannot be read from the policy"
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/lp_creation.html
    return f"{more}; images that expire are gone within 24 hours" if more else ""


def _more_images(change: Change) -> Iterator[str]:
    if "policy" not in change.after:
        yield "what expires is not known before the apply"
        return
    before, after = (_expiration_rules(side.get("policy")) for side in (change.before, change.after))
    counts = {_selection(rule): rule["selection"]["countNumber"] for rule in before}
    for rule in after:
        old, new = counts.get(_selection(rule)), rule["selection"]["countNumber"]
        if old is None or new < old:
            kept = (
                f"{new} images" if rule["selection"]["countType"] == "imageCountMoreThan" else f"images for {new} days"
            )
            verb, end = ("is new: it keeps", "") if old is None else ("keeps", f" instead of {old}")
            yield f"rule {_title(rule)} {verb} {kept}{end}"
    # An image that a rule selects is left alone by all later rules. Without it they may take what it kept.
    remaining = [_selection(rule) for rule in after]
    for position, rule in enumerate(before):
        later = {_selection(each) for each in before[position + 1 :]}
        mine = _selection(rule)
        if later & set(remaining[: remaining.index(mine)] if mine in remaining else remaining):
            yield f"rule {_title(rule)} no longer keeps its images from the rules after it"


def _expiration_rules(policy: str | None) -> list[dict[str, Any]]:
    """Return the rules that delete images, in their order, without those that archive them."""
    rules = json.loads(policy or "{}").get("rules", [])
    return sorted(
        (each for each in rules if each["action"]["type"] == "expire"), key=lambda each: int(each["rulePriority"])
    )


def _selection(rule: Mapping[str, Any]) -> str:
    """Return which images a rule selects and how it counts them, in a form that can be compared."""
    return json.dumps([rule["selection"].get(key) for key in _SELECTS])


def _title(rule: Mapping[str, Any]) -> str:
    return f"{rule['rulePriority']} ({rule.get('description') or 'without a description'})"


def _expiring_objects(change: Change) -> Iterator[str]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html"""
    if "rule" not in change.after:
        yield "what is deleted is not known before the apply"
        return
    before, after = (
        [rule for rule in prior_state.blocks(side, "rule") if rule.get("status") == "Enabled"]
        for side in (change.before, change.after)
    )
    known = {_key(rule): rule for rule in before}
    for rule in after:
        yield from _earlier(known.get(_key(rule), {}), rule)


def _earlier(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    by_age_alone = _value(before, "noncurrent_version_expiration", "noncurrent_days") is not None
    for block, attribute, kept in _COUNTED:
        old, new = (_value(rule, block, attribute) for rule in (before, after))
        spares = attribute == "newer_noncurrent_versions"
        # Without any of them a rule deletes nothing. A number of versions to keep makes it delete less.
        if spares and old and not new and _value(after, block, "noncurrent_days"):
            yield f"rule {after.get('id')} no longer spares the {old} newest former versions"
        if new and (int(new) < int(old) if old is not None else not (spares and by_age_alone)):
            yield f"rule {after.get('id')} keeps {kept.format(new)}{f' instead of {old}' if old else ''}"
    if (date := _value(after, "expiration", "date")) and date != _value(before, "expiration", "date"):
        yield f"rule {after.get('id')} deletes on {date}"


def _value(rule: Mapping[str, Any], block: str, attribute: str) -> Any:
    """Return an attribute of the only block of a name; 0 and ``None`` are the same to S3."""
    return next((each.get(attribute) or None for each in prior_state.blocks(rule, block)), None)


def _key(rule: Mapping[str, Any]) -> str:
    """Return the name of a rule and the objects that it is about."""
    return json.dumps(
        [rule.get("id"), *(_without_empty(rule.get(key)) for key in ("filter", "prefix"))], sort_keys=True
    )


def _without_empty(value: Any) -> Any:
    """Return a value without empty parts, which Terraform writes in several ways."""
    if isinstance(value, dict):
        return {key: kept for key, each in value.items() if (kept := _without_empty(each))}
    if isinstance(value, list):
        return [kept for each in value if (kept := _without_empty(each))]
    return value
