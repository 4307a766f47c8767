"""Images, objects, backups and messages that would be kept for a shorter time."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tealform.plan.rules import expiry
from tests.unit.plan.plans import change, plan

_POLICY = "aws_ecr_lifecycle_policy.web"
_BUCKET = "aws_s3_bucket_lifecycle_configuration.web"


def _rule(count: int, kind: str = "imageCountMoreThan", status: str = "any", action: str = "expire") -> dict[str, Any]:
    selection = {"tagStatus": status, "countType": kind, "countNumber": count}
    return {"description": f"{status} images", "selection": selection, "action": {"type": action}}


def _policy(*rules: dict[str, Any]) -> dict[str, Any]:
    numbered = [each | {"rulePriority": number} for number, each in enumerate(rules, 1)]
    return {"repository": "web", "policy": json.dumps({"rules": numbered})}


def _images(before: Any, after: Any, *more: Any, actions: tuple[str, ...] = ("delete", "create")) -> list[str]:
    planned = plan(change(*actions, address=_POLICY, before=before, after=after), *more)
    return [each.reason.partition("; images that expire are gone")[0] for each in expiry.find_blockers(planned)]


_UNTAGGED = _rule(7, "sinceImagePushed", "untagged")


_ANY = "rule 1 (any images) keeps"
_NEW = "rule 2 (any images) is new: it keeps 5 images"
_KEEP = _rule(1000, status="tagged")
_UNSHIELDED = "rule 1 (tagged images) no longer keeps its images from the rules after it"


@pytest.mark.parametrize(
    ("before", "after", "reasons"),
    [
        ([_rule(100)], [_rule(10)], [f"{_ANY} 10 images instead of 100"]),
        (
            [_UNTAGGED],
            [_rule(3, "sinceImagePushed", "untagged")],
            ["rule 1 (untagged images) keeps images for 3 days instead of 7"],
        ),
        ([_rule(100)], [_rule(100)], []),
        ([_rule(100)], [_rule(200)], []),
        pytest.param([_UNTAGGED, _rule(100)], [_UNTAGGED], [], id="the last rule shields nothing"),
        pytest.param([_rule(9)], [_rule(9), _rule(9, action="transition")], [], id="archived is not lost"),
        ([_UNTAGGED], [_UNTAGGED, _rule(5)], [_NEW]),
        ([_KEEP, _rule(10)], [_rule(10)], [_UNSHIELDED]),
        pytest.param([_KEEP, _rule(10)], [_rule(10), _KEEP], [_UNSHIELDED], id="it comes too late"),
    ],
)
def test_images(before: list[dict[str, Any]], after: list[dict[str, Any]], reasons: list[str]) -> None:
    assert _images(_policy(*before), _policy(*after)) == reasons
    assert _images(_policy(*before), _policy(*after), actions=("update",)) == reasons


def test_images_without_a_policy_do_not_expire() -> None:
    assert _images(_policy(_rule(100)), None, actions=("delete",)) == []
    assert _images(None, _policy(_UNTAGGED, _rule(5)), actions=("create",))[0].endswith(_NEW)


@pytest.mark.parametrize("actions", [("create",), ("delete", "create")])
def test_policy_of_a_new_repository(actions: tuple[str, ...]) -> None:
    repository = change(*actions, address="aws_ecr_repository.web", after={"name": "web"})
    assert _images(None, _policy(_rule(5)), repository, actions=("create",)) == []


def test_policy_of_a_repository_that_has_no_name_yet() -> None:
    assert _images(None, {"policy": _policy(_rule(5))["policy"]}, actions=("create",)) == []


@pytest.mark.parametrize("text", ["none", "[]", '{"rules": [{}]}', '{"rules": [{"action": {"type": "expire"}}]}'])
def test_policy_that_is_none(text: str) -> None:
    """Terraform plans it, and AWS refuses it in the end."""
    reasons = ["what expires cannot be read from the policy"]
    assert _images(_policy(_rule(5)), {"repository": "web", "policy": text}) == reasons


def test_policy_that_is_not_known_yet() -> None:
    assert _images(_policy(_rule(5)), {"repository": "web"}) == ["what expires is not known before the apply"]


def _lifecycle(status: str = "Enabled", **blocks: Any) -> dict[str, Any]:
    rule = {"id": "expire", "status": status, **{name: [block] for name, block in blocks.items()}}
    return {"bucket": "web", "rule": [rule]}


def _objects(before: Any, after: Any, *more: Any, actions: tuple[str, ...] = ("update",)) -> list[str]:
    planned = plan(change(*actions, address=_BUCKET, before=before, after=after), *more)
    return [each.reason for each in expiry.find_blockers(planned)]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"expiration": {"days": 90}}, {"expiration": {"days": 3}}, "keeps objects for 3 days instead of 90"),
        ({}, {"expiration": {"days": 3}}, "keeps objects for 3 days"),
        ({}, {"expiration": {"date": "2027-01-01T00:00:00Z"}}, "deletes on 2027-01-01T00:00:00Z"),
        (
            {"noncurrent_version_expiration": {"noncurrent_days": 30}},
            {"noncurrent_version_expiration": {"noncurrent_days": 1}},
            "keeps former versions for 1 days instead of 30",
        ),
        (
            {"noncurrent_version_expiration": {"noncurrent_days": 30, "newer_noncurrent_versions": 9}},
            {"noncurrent_version_expiration": {"noncurrent_days": 30, "newer_noncurrent_versions": 2}},
            "keeps 2 former versions instead of 9",
        ),
        (
            {"noncurrent_version_expiration": {"noncurrent_days": 30, "newer_noncurrent_versions": 9}},
            {"noncurrent_version_expiration": {"noncurrent_days": 30}},
            "no longer spares the 9 newest former versions",
        ),
    ],
)
def test_objects_are_deleted_earlier(before: Any, after: Any, told: str) -> None:
    assert _objects(_lifecycle(**before), _lifecycle(**after)) == [f"rule expire {told}"]
    assert _objects(_lifecycle(**after), _lifecycle(**before)) == [], "later is harmless"


def test_former_versions_that_are_kept_altogether() -> None:
    before = _lifecycle(noncurrent_version_expiration={"noncurrent_days": 30, "newer_noncurrent_versions": 5})
    assert _objects(before, _lifecycle(expiration={})) == []


def test_a_rule_that_is_off_deletes_nothing() -> None:
    on, off = (_lifecycle(status, expiration={"days": 3}) for status in ("Enabled", "Disabled"))
    assert (_objects(on, off), _objects(off, on)) == ([], ["rule expire keeps objects for 3 days"])


def test_a_rule_for_other_objects_is_a_new_one() -> None:
    logs, everything = (_lifecycle(expiration={"days": 3}, filter={"prefix": prefix}) for prefix in ("logs/", ""))
    assert _objects(logs, everything) == ["rule expire keeps objects for 3 days"]


def test_rules_of_a_new_bucket() -> None:
    bucket = change("create", address="aws_s3_bucket.web", after={"bucket": "web"})
    assert _objects(None, _lifecycle(expiration={"days": 3}), bucket, actions=("create",)) == []
    assert _objects(None, _lifecycle(expiration={"days": 3}), actions=("create",)) != []


_DAYS = [{"backup_retention_period": number} for number in (30, 0)]
_RECOVERS = [{"point_in_time_recovery": [{"enabled": on}]} for on in (True, False)]


@pytest.mark.parametrize(
    ("kind", "before", "after", "reasons"),
    [
        ("aws_db_instance", *_DAYS, ["backups are kept for 0 days instead of 30"]),
        ("aws_db_instance", *reversed(_DAYS), []),
        ("aws_dynamodb_table", *_RECOVERS, ["the table can no longer be brought back to what it was before a mistake"]),
        ("aws_dynamodb_table", *reversed(_RECOVERS), []),
        ("aws_cloudwatch_log_group", {"retention_in_days": 400}, {"retention_in_days": 30}, []),
    ],
)
def test_retention(kind: str, before: Any, after: Any, reasons: list[str]) -> None:
    planned = plan(change("update", address=f"{kind}.mine", before=before, after=after))
    assert [each.reason for each in expiry.find_blockers(planned)] == reasons
