"""What checkov must have judged: what is told of a result that is not there, and how it is learned."""

from __future__ import annotations

import pytest

from tealform.policy import coverage
from tests.inventory import ROOT
from tools import generate_coverage

LOGS, KEY = "aws_cloudwatch_log_group.logs", "aws_kms_key.key"


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = {"aws_cloudwatch_log_group": ["CKV_AWS_158", "CKV_AWS_66"], "data.aws_iam_policy_document": ["CKV_AWS_1"]}
    monkeypatch.setattr(coverage, "_builtin", lambda: checks)
    monkeypatch.setattr(coverage, "list_yaml_rules", lambda: ())


@pytest.mark.usefixtures("known")
def test_missing_results_are_told_for_each_resource() -> None:
    document = "data.aws_iam_policy_document.trust"
    assert list(coverage.find_missing([LOGS, document, KEY], [("CKV_AWS_66", LOGS)])) == [
        f"checkov has no result of CKV_AWS_158 for {LOGS}, so it did not look at all of it",
        f"checkov has no result of CKV_AWS_1 for {document}, so it did not look at all of it",
    ]


@pytest.mark.usefixtures("known")
def test_nothing_is_missing_where_every_check_judged() -> None:
    judged = [("CKV_AWS_66", LOGS), ("CKV_AWS_158", LOGS), ("CKV_AWS_7", KEY)]
    assert list(coverage.find_missing([LOGS, KEY], judged)) == []


@pytest.mark.usefixtures("known")
def test_a_check_must_have_judged_every_resource_to_be_one_that_always_does() -> None:
    other = "aws_cloudwatch_log_group.other"
    scans = [
        ([LOGS, KEY], [("CKV_AWS_66", LOGS), ("CKV_AWS_158", LOGS)]),
        ([other], [("CKV_AWS_66", other), ("CKV_AWS_338", other)]),
    ]
    assert coverage.learn(scans) == {"aws_cloudwatch_log_group": ["CKV_AWS_66"]}


def test_a_check_of_ours_must_judge_its_types() -> None:
    [said] = coverage.find_missing(["aws_codedeploy_deployment_group.group"], [])
    assert "TEAL_RELEASE_ROLLBACK" in said


@pytest.mark.slow
def test_what_is_committed_is_what_checkov_does() -> None:
    committed = coverage.FILE.read_text(encoding="utf-8")
    assert committed == generate_coverage.text(ROOT), "read what is no longer judged, then run: make policy-coverage"
