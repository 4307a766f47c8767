"""``make pr-check`` from end to end, with a stand-in for the policy gate."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date
from pathlib import Path

import pytest

from tealform.errors import TealformError
from tealform.policy.result import GateResult
from tealform.review.drift import Drift
from tealform.review.review_builder import Say
from tests.unit.review import requests
from tests.unit.review.requests import PullRequest, document

A, B, C = ["TEAL_A", "web/a"], ["TEAL_B", "web/b"], ["TEAL_C", "web/c"]


def section(request: PullRequest, title: str) -> list[str]:
    """The lines below a title, down to the next one."""
    lines = request.said
    begin = lines.index(f"  {title}") + 1
    rest = lines[begin:]
    return [line.strip() for line in rest[: rest.index("") if "" in rest else None]]


def test_nothing_to_mend(request_: PullRequest) -> None:
    request_.write("dev", document("dev"))
    request_.begin()
    assert request_.check() == 0
    assert request_.said[0] == "pr-check: nothing to mend"
    assert "dev: no changes" in request_.text


def test_what_is_to_be_looked_at_is_in_the_heading(request_: PullRequest) -> None:
    request_.write("dev", document("dev"))
    request_.begin()
    request_.write("dev", document("dev") | {"terraform": {"backend": {"s3": {"bucket": "x"}}}})
    assert request_.check() == 0
    assert request_.said[0] == "pr-check: nothing to mend, 1 thing to look at"
    request_.write("dev", found=[A])
    assert request_.check() == 1
    assert request_.said[0] == "pr-check: 1 new finding, 1 thing to look at"


def test_findings_are_new_or_were_there_or_are_gone(request_: PullRequest) -> None:
    request_.write("dev", document("dev"), found=[A, B])
    request_.begin()
    request_.write("dev", found=[B, C])
    assert request_.check() == 1
    assert request_.said[0] == "pr-check: 1 new finding, 1 finding as before"
    assert section(request_, "New findings")[0] == "high: TEAL_C in dev: web/c: TEAL_C holds"
    assert section(request_, "Findings that were there before")[0] == "high: TEAL_B in dev: web/b: TEAL_B holds"
    assert section(request_, "Findings that are gone") == ["TEAL_A in dev: web/a"]


def test_old_findings_alone_fail_too(request_: PullRequest) -> None:
    request_.write("dev", document("dev"), found=[A])
    request_.begin()
    assert request_.check() == 1


def test_drift_fails_and_hides_nothing(request_: PullRequest) -> None:
    request_.write("dev", document("dev"))
    request_.begin()
    request_.write("dev", document("dev", aws_vpc={"main": {}}), found=[A])
    request_.drift = Drift(files=("environments/dev/cdk.tf.json",))
    assert request_.check() == 1
    assert section(request_, "Not committed; run make synth, and commit") == ["environments/dev/cdk.tf.json"]
    assert section(request_, "What changes in dev") == ["added: main"]
    assert "New findings" in request_.text
    request_.write("dev", found=[])
    assert request_.check() == 1


def test_settings_that_cannot_be_generated_are_not_judged(request_: PullRequest) -> None:
    request_.write("dev", document("dev"))
    request_.begin()
    request_.drift = Drift(broken=("environments/dev/environment.hcl:3: cpu: 300 is not a Fargate CPU size",))
    assert request_.check() == 2
    assert section(request_, "Could not be judged") == list(request_.drift.broken)
    assert "\ndev: as it was generated last: no changes\n" in request_.text


def test_gate_that_cannot_judge(request_: PullRequest) -> None:
    request_.write("dev", document("dev"), found="environments/dev/cdk.tf.json: checkov could not parse it")
    request_.begin()
    assert request_.check() == 2
    assert "dev: environments/dev/cdk.tf.json: checkov could not parse it" in request_.text


def test_gate_that_does_not_run_leaves_the_changes_and_no_report(request_: PullRequest) -> None:
    def broken(root: Path, names: Collection[str], today: date | None, say: Say) -> list[GateResult]:
        raise TealformError("checkov is not there")

    request_.write("dev", document("dev"))
    request_.begin()
    request_.check()
    assert request_.check(judge=broken) == 2
    assert sorted(file.name for file in (request_.root / "out").iterdir()) == ["comment.md"]
    assert "checkov is not there" in request_.comment


def test_base_that_is_unknown_leaves_the_findings(request_: PullRequest) -> None:
    request_.write("dev", document("dev"), found=[A])
    request_.begin()
    assert request_.check("origin/main") == 2
    assert 'BASE: "origin/main" is no commit' in request_.comment
    assert section(request_, "Findings")[0].startswith("high: TEAL_A in dev")
    assert json.loads((request_.root / "out" / "policy.json").read_text())


def test_no_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    request = PullRequest(tmp_path / "copy")
    request.write("dev", document("dev"))
    assert request.check() == 2
    assert "not a git repository" in request.text


def test_base_that_could_not_be_judged_is_told_and_does_not_fail(request_: PullRequest) -> None:
    request_.write("dev", document("dev"), found="checkov could not parse it")
    request_.begin()
    request_.write("dev", found=[])
    assert request_.check() == 0
    assert section(request_, "BASE could not be judged, so that all seems new") == ["dev: checkov could not parse it"]


def test_base_on_which_the_gate_does_not_run_is_told_and_does_not_fail(request_: PullRequest) -> None:
    def judge(root: Path, names: Collection[str], today: date | None, say: Say) -> list[GateResult]:
        if root != request_.root:
            raise TealformError("its blocks are not laid out as Tealform writes them")
        return requests.judge(root, names, today, say)

    request_.write("dev", document("dev"))
    request_.begin()
    assert request_.check(judge=judge) == 0
    assert section(request_, "BASE could not be judged, so that all seems new") == [
        "BASE: its blocks are not laid out as Tealform writes them"
    ]


def test_base_without_generated_file(request_: PullRequest) -> None:
    request_.write("dev")
    request_.begin()
    request_.write("dev", document("dev", aws_vpc={"main": {}}))
    assert request_.check() == 0
    assert "dev: it cannot be seen what changes: in BASE, environments/dev/cdk.tf.json does not exist" in request_.text


def test_base_without_environments(request_: PullRequest) -> None:
    request_.begin()
    request_.write("dev", document("dev", aws_vpc={"main": {}}), found=[A])
    assert request_.check() == 1
    assert "dev: is new: 3 added" in request_.text
    assert "New findings" in request_.text


def test_new_and_removed_environments(request_: PullRequest) -> None:
    request_.write("old", document("old", aws_vpc={"main": {}}), found=[A])
    request_.write("dev", document("dev"))
    request_.begin()
    request_.remove("old")
    request_.write("new", document("new", aws_vpc={"main": {}, "other": {}}), found=[B])
    assert request_.check() == 1
    assert "new: is new: 4 added" in request_.text
    assert "old: is removed: 3 removed" in request_.text
    assert "old: is removed; what it has made stays in AWS" in request_.text
    assert section(request_, "Findings that are gone") == ["TEAL_A in old: web/a"]


def test_renamed_environment_has_the_findings_that_it_had(request_: PullRequest) -> None:
    request_.write("live", document("live", aws_vpc={"main": {}}), found=[A])
    request_.begin()
    (request_.root / "environments" / "live").rename(request_.root / "environments" / "prod")
    request_.write("prod", document("prod", aws_vpc={"main": {}}), found=[A, B])
    assert request_.check() == 1
    assert "prod: was called live; to Terraform it is new" in request_.text
    assert request_.said[0] == "pr-check: 1 new finding, 1 finding as before, 1 thing to look at"
    assert "Findings that are gone" not in request_.text


def test_bootstrap_is_compared_too(request_: PullRequest) -> None:
    file = request_.root / "bootstrap" / "123456789012" / "cdk.tf.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(document("x", aws_iam_role={"plan": {"max_session_duration": 3600}})))
    request_.write("dev", document("dev"))
    request_.begin()
    file.write_text(json.dumps(document("x", aws_iam_role={"plan": {"max_session_duration": 7200}})))
    request_.check()
    changed = section(request_, "What changes in bootstrap/123456789012")
    assert changed == ["changed: plan", "max_session_duration: 3600 -> 7200"]


def test_the_same_again_says_the_same(request_: PullRequest) -> None:
    request_.write("dev", document("dev", aws_vpc={"b": {}, "a": {}}), found=[A])
    request_.begin()
    request_.write("dev", document("dev", aws_lb={"b": {}, "a": {}}), found=[C, B])
    request_.check()
    before = {file.name: file.read_bytes() for file in (request_.root / "out").iterdir()}
    request_.check()
    assert {file.name: file.read_bytes() for file in (request_.root / "out").iterdir()} == before
    assert sorted(before) == ["comment.md", "policy.json", "policy.junit.xml", "policy.sarif"]


def test_the_base_is_judged_as_of_the_same_day_and_with_what_is_installed_here(request_: PullRequest) -> None:
    asked: list[tuple[bool, date | None]] = []

    def asking(root: Path, names: Collection[str], today: date | None, say: Say) -> list[GateResult]:
        asked.append(((root / ".venv-checkov" / "here").exists(), today))
        return requests.judge(root, names, today, say)

    request_.write("dev", document("dev"))
    request_.begin()
    (request_.root / ".venv-checkov").mkdir()
    (request_.root / ".venv-checkov" / "here").touch()
    request_.check(judge=asking)
    assert asked == [(True, requests.TODAY)] * 2


def test_comment_without_room_is_refused(request_: PullRequest) -> None:
    with pytest.raises(TealformError, match="1000 or more"):
        request_.check(longest=10)
