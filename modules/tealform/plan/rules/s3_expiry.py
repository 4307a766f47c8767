"""Objects in S3 that would be deleted earlier than before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tealform.plan import changes, prior_state
from tealform.plan.blocker import Objection
from tealform.plan.changes import Change

# Block, attribute, and what it counts.
_COUNTED = (
    ("expiration", "days", "objects for {} days"),
    ("noncurrent_version_expiration", "noncurrent_days", "former versions for {} days"),
    ("noncurrent_version_expiration", "newer_noncurrent_versions", "{} former versions"),
)
_WHOM = ("filter", "prefix")


def objections(plan: Mapping[str, Any]) -> Iterator[Objection]:
    """Objects to lifecycle rules that delete earlier, or more.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
    """
    changed = changes.of(plan)
    new = {
        each.after.get("bucket")
        for each in changed
        if each.type == "aws_s3_bucket" and each.action in ("create", "replace")
    }
    for change in changed:
        if change.type == "aws_s3_bucket_lifecycle_configuration" and change.action in ("create", "update", "replace"):
            # A bucket whose name is not known yet does not exist yet.
            if change.after.get("bucket") in {None, *new}:
                continue
            if more := "; ".join(_more(change)):
                yield Objection(change.address, more)


def _more(change: Change) -> Iterator[str]:
    if "rule" not in change.after:
        yield "what is deleted is not known before the apply"
        return
    before = {_key(rule): rule for rule in _enabled(change.before)}
    for rule in _enabled(change.after):
        yield from _earlier(before.get(_key(rule), {}), rule)


def _earlier(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for block, attribute, kept in _COUNTED:
        old, new = (_value(rule, block, attribute) for rule in (before, after))
        # Without any of them a rule deletes nothing; with a number of versions more it deletes less.
        if attribute == "newer_noncurrent_versions" and old and not new and _value(after, block, "noncurrent_days"):
            yield f"rule {after.get('id')} no longer spares the {old} newest former versions"
        if new and (old is None or int(new) < int(old)) and not (old is None and _only_restricts(before, attribute)):
            yield f"rule {after.get('id')} keeps {kept.format(new)}{f' instead of {old}' if old else ''}"
    if (date := _value(after, "expiration", "date")) and date != _value(before, "expiration", "date"):
        yield f"rule {after.get('id')} deletes on {date}"


def _only_restricts(before: Mapping[str, Any], attribute: str) -> bool:
    """Whether the rule deleted former versions by their age alone, so that a number of them to keep spares some."""
    old = _value(before, "noncurrent_version_expiration", "noncurrent_days")
    return attribute == "newer_noncurrent_versions" and old is not None


def _value(rule: Mapping[str, Any], block: str, attribute: str) -> Any:
    """An attribute of the only block of a name; 0 and nothing are the same to S3."""
    return next((each.get(attribute) or None for each in prior_state.blocks(rule, block)), None)


def _enabled(values: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [rule for rule in prior_state.blocks(values, "rule") if rule.get("status") == "Enabled"]


def _key(rule: Mapping[str, Any]) -> str:
    """What a rule is called and whom it is about."""
    return json.dumps([rule.get("id"), *(_told(rule.get(key)) for key in _WHOM)], sort_keys=True)


def _told(value: Any) -> Any:
    """A value without all that says nothing, which Terraform writes in several ways."""
    if isinstance(value, dict):
        return {key: told for key, each in value.items() if (told := _told(each))}
    if isinstance(value, list):
        return [told for each in value if (told := _told(each))]
    return value
