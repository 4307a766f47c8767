"""What a reviewer is asked to look at."""

from __future__ import annotations

from typing import Any

import pytest

from tealform.review import risks
from tealform.review.environment_diff import Compared
from tests.support import environment
from tests.unit.review.pull_request import PullRequest, document


def of(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return list(risks.find_risks(Compared("prod", before=before, after=after)))


VERSIONS = {"versioning_configuration": {"status": "Enabled"}, "bucket": "${aws_s3_bucket.main.id}"}


@pytest.mark.parametrize(
    ("type_", "before", "after", "said"),
    [
        ("aws_lb", {"enable_deletion_protection": True}, {"enable_deletion_protection": False}, "protected from deletion"),
        ("aws_lb", {"enable_deletion_protection": True}, {}, "protected from deletion"),
        ("aws_lb", {"enable_deletion_protection": True}, None, "nobody reaches the services behind it"),
        ("aws_kms_key", {}, None, "can no longer be read"),
        ("aws_db_instance", {}, None, "the data in it is lost"),
        ("aws_s3_bucket_versioning", VERSIONS, {**VERSIONS, "versioning_configuration": {"status": "Suspended"}}, "brought back"),
        ("aws_s3_bucket", {"lifecycle": {"prevent_destroy": True}}, {"lifecycle": {}}, "prevent_destroy"),
        ("aws_s3_bucket", {"force_destroy": False}, {"force_destroy": True}, "force_destroy"),
        ("aws_ecr_repository", {}, {"force_delete": True}, "force_delete"),
    ],
)  # fmt: skip
def test_protection_that_is_lifted_and_what_is_lost(
    type_: str, before: dict[str, Any], after: dict[str, Any] | None, said: str
) -> None:
    old = document("prod", **{type_: {"main": before}})
    new = document("prod", **({type_: {"main": after}} if after is not None else {}))
    (line,) = of(old, new)
    assert line.startswith("main: ")
    assert said in line
    assert of(old, old) == []
    assert of(new, new) == []


def test_protection_that_is_put_on_is_no_risk() -> None:
    on, off = (document("prod", aws_lb={"main": {"enable_deletion_protection": value}}) for value in (True, False))
    assert of(off, on) == []


def test_service_that_is_deleted_with_its_tasks_loses_nothing() -> None:
    before, after = (document("prod", aws_ecs_service={"main": {"force_delete": value}}) for value in (False, True))
    assert of(before, after) == []


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("terraform", {"backend": {"s3": {"bucket": "x"}}}, "its state is looked for elsewhere"),
        ("terraform", {"cloud": {"organization": "acme"}}, "its state is looked for elsewhere"),
        ("provider", {"aws": [{"region": "eu-west-1", "allowed_account_ids": ["999999999999"]}]}, "another account: 123456789012 -> 999999999999"),
        ("provider", {"aws": [{"region": "us-east-1", "allowed_account_ids": ["123456789012"]}]}, "another region: eu-west-1 -> us-east-1"),
    ],
)  # fmt: skip
def test_state_account_and_region_are_told(key: str, value: dict[str, Any], said: str) -> None:
    (line,) = of(document("prod"), document("prod") | {key: value})
    assert said in line


def test_environment_that_is_gone_or_renamed() -> None:
    assert "run: tealform destroy prod" in next(risks.find_risks(Compared("prod", "removed", before=document("prod"))))
    assert "was called live" in next(risks.find_risks(Compared("prod", "renamed", "live", {}, {})))


def test_environment_that_is_no_longer_protected(request_: PullRequest) -> None:
    request_.write("prod", document("prod"), settings=environment(top="protected = true"))
    request_.write("dev", document("dev"), settings=environment(top="protected = true"))
    request_.begin()
    request_.write("prod", settings=environment())
    request_.write("dev", settings="what is this")
    request_.check()
    assert "prod: is no longer protected" in request_.text
    assert "dev: is no longer" not in request_.text


def test_what_judges_is_named_if_it_is_changed() -> None:
    files = [
        "modules/tealform/policy/rules/a.py",
        "modules/tealform/policy/gate.py",
        ".github/workflows/x.yml",
        "Makefile",
    ]
    (line,) = risks.find_changed_checks([*files, "environments/dev/environment.hcl", "docs/a.md", "harnessed/x"])
    assert line.endswith(": .github/workflows (1 file), Makefile (1 file), modules/tealform (2 files)")
    assert (
        list(risks.find_changed_checks(["environments/dev/cdk.tf.json", "README.md", "app/Makefile", "app/json.py"]))
        == []
    )


@pytest.mark.parametrize(
    "file", ["GNUmakefile", "makefile", "json.py", "json/__init__.py", "json.cpython-311-x86_64-linux-gnu.so"]
)
def test_what_would_be_run_in_place_of_what_judges_is_named(file: str) -> None:
    (line,) = risks.find_changed_checks([file])
    assert line.endswith(f": {file.partition('/')[0]} (1 file)")


def waiver(until: str, reason: str = "It holds nothing of anybody's.", owner: str = "web-team") -> str:
    return f'waiver "CKV_AWS_1" "lb/main" {{\n  reason = "{reason}"\n  owner = "{owner}"\n  until = "{until}"\n}}\n'


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (None, waiver("2027-01-31"), "is new, until 2027-01-31; web-team says: It holds nothing of anybody's."),
        (waiver("2026-12-31"), waiver("2027-01-31"), "is prolonged from 2026-12-31, until 2027-01-31; web-team says:"),
        (waiver("2026-12-31"), waiver("2026-12-31", owner="ops"), "has another reason or owner, until"),
    ],
)  # fmt: skip
def test_waivers_that_accept_more_are_told(request_: PullRequest, before: str | None, after: str, said: str) -> None:
    request_.write("dev", document("dev"), waivers=before)
    request_.begin()
    request_.write("dev", waivers=after)
    request_.check()
    assert f"dev: waiver of CKV_AWS_1 on lb/main {said}" in request_.text


@pytest.mark.parametrize("after", [waiver("2026-12-31"), waiver("2026-11-30"), ""])
def test_waivers_that_accept_no_more_than_before_are_not(request_: PullRequest, after: str) -> None:
    request_.write("dev", document("dev"), waivers=waiver("2026-12-31"))
    request_.begin()
    request_.write("dev", waivers=after)
    request_.check()
    assert "waiver of" not in request_.text


def test_waivers_come_after_all_else(request_: PullRequest) -> None:
    request_.write("prod", document("prod", aws_kms_key={"main": {}}))
    request_.begin()
    request_.write("a", document("a"), waivers=waiver("2026-12-31"))
    request_.write("prod", document("prod"))
    request_.check()
    assert request_.text.index("prod: main: ") < request_.text.index("a: waiver of ")


def test_waivers_of_new_and_renamed_environments_whatever_they_are_called(request_: PullRequest) -> None:
    request_.write("live", document("live"), waivers=waiver("2026-12-31"))
    request_.begin()
    (request_.root / "environments" / "live").rename(request_.root / "environments" / "prod")
    request_.write("bootstrap-test", document("x"), waivers=waiver("2026-12-31"))
    request_.check()
    assert "bootstrap-test: waiver of CKV_AWS_1 on lb/main is new" in request_.text
    assert "prod: waiver of" not in request_.text
