"""``tealform review`` from end to end, with a stand-in for the policy gate, and with the real one on the shipped environments."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tealform.cli.main import main
from tealform.console import Echo
from tealform.errors import TealformError
from tealform.policy.result import GateResult
from tealform.review import check, comment, review_json
from tealform.synth.app import SynthResult
from tests import projects
from tests.inventory import ROOT
from tests.unit.review import pull_request
from tests.unit.review.pull_request import FixedApp, PullRequest, document, git

_A, _B, _C = ["TEAL_A", "web/a"], ["TEAL_B", "web/b"], ["TEAL_C", "web/c"]
_DEV: dict[str, Any] = {"generated": document("dev")}
_ELSEWHERE: dict[str, Any] = {"generated": document("dev") | {"terraform": {"backend": {"s3": {"bucket": "x"}}}}}
_VPC: dict[str, Any] = {"generated": document("dev", aws_vpc={"main": {}})}


@pytest.mark.parametrize(
    ("before", "after", "synth", "code", "texts"),
    [
        pytest.param(_DEV, {}, {}, 0, ["review: nothing to mend\n", "\ndev: no changes"], id="nothing"),
        pytest.param(_DEV, _ELSEWHERE, {}, 0, ["review: nothing to mend, 1 thing to look at\n"], id="a risk"),
        pytest.param(
            _DEV,
            _ELSEWHERE | {"found": [_A]},
            {},
            1,
            ["review: 1 new finding, 1 thing to look at\n"],
            id="a risk and a finding",
        ),
        pytest.param(
            _DEV | {"found": [_A, _B]},
            {"found": [_B, _C]},
            {},
            1,
            [
                "review: 1 new finding, 1 finding as before\n",
                "\nNew findings\nhigh: TEAL_C in dev: web/c: TEAL_C holds\n",
                "\nFindings that were there before\nhigh: TEAL_B in dev: web/b: TEAL_B holds\n",
                "\nFindings that are gone\nTEAL_A in dev: web/a\n\n",
            ],
            id="new, old and gone findings",
        ),
        pytest.param(_DEV | {"found": [_A]}, {}, {}, 1, [], id="old findings alone"),
        pytest.param(
            _DEV,
            _VPC | {"found": [_A]},
            {"changed": ["environments/dev/cdk.tf.json"]},
            1,
            [
                "\nOutdated generated files; run tealform synth and commit them\nenvironments/dev/cdk.tf.json\n\n",
                "\nWhat changes in dev\nadded: main\n\n",
                "\nNew findings\n",
            ],
            id="outdated files hide nothing",
        ),
        pytest.param(_DEV, _VPC, {"changed": ["environments/dev/cdk.tf.json"]}, 1, [], id="outdated files alone"),
        pytest.param(
            _DEV,
            {},
            {"errors": ["environments/dev/environment.hcl:3: cpu: 300 is not a Fargate CPU size"]},
            2,
            [
                "\nCould not be judged\nenvironments/dev/environment.hcl:3: cpu: 300 is not a Fargate CPU size\n\n",
                "\ndev: as it was generated last: no changes\n",
            ],
            id="invalid settings",
        ),
        pytest.param(
            _DEV | {"found": "environments/dev/cdk.tf.json: checkov could not parse it"},
            {},
            {},
            2,
            ["\ndev: environments/dev/cdk.tf.json: checkov could not parse it\n"],
            id="gate that cannot check",
        ),
        pytest.param(
            _DEV | {"found": "checkov could not parse it"},
            {"found": []},
            {},
            0,
            ["\nBASE could not be judged, so that all seems new\ndev: checkov could not parse it\n\n"],
            id="base that could not be checked",
        ),
        pytest.param(
            {},
            _VPC,
            {},
            0,
            ["\ndev: it cannot be seen what changes: in BASE, environments/dev/cdk.tf.json does not exist"],
            id="base without generated file",
        ),
        pytest.param(
            None,
            _VPC | {"found": [_A]},
            {},
            1,
            ["\ndev: is new: 3 added\n", "\nNew findings\n"],
            id="base without environments",
        ),
    ],
)
def test_review(
    request_: PullRequest,
    before: dict[str, Any] | None,
    after: dict[str, Any],
    synth: dict[str, Any],
    code: int,
    texts: list[str],
) -> None:
    if before is not None:
        request_.write("dev", **before)
    request_.begin()
    request_.write("dev", **after)
    request_.synth = SynthResult(**synth)
    assert request_.check() == code
    for text in texts:
        if text.startswith("review: "):
            assert request_.said[0] == text.strip()
        assert text in request_.text


class _WritingApp(FixedApp):
    """An app that writes what the settings generate."""

    def refresh(self, root: Path, names: Sequence[str], echo: Echo) -> SynthResult:
        (root / "environments" / "dev" / "cdk.tf.json").write_text(json.dumps(document("dev", aws_vpc={"main": {}})))
        return self.result


def test_outdated_files_are_generated_again_before_the_policies_check_them(request_: PullRequest) -> None:
    checked: list[bool] = []

    def check_policy(root: Path, names: Collection[str], today: date | None, echo: Echo) -> list[GateResult]:
        checked.append("aws_vpc" in (root / "environments" / "dev" / "cdk.tf.json").read_text())
        return pull_request.check_policy(root, names, today, echo)

    request_.write("dev", document("dev"))
    request_.begin()
    app = _WritingApp(SynthResult(changed=["environments/dev/cdk.tf.json"]))
    assert request_.check(app=app, check_policy=check_policy) == 1
    # The files of the branch, then those of its base.
    assert checked == [True, False]
    assert "Outdated generated files; run tealform synth and commit them" in request_.text
    assert "dev: 1 added" in request_.text


def test_review_for_programs(request_: PullRequest) -> None:
    request_.write("dev", document("dev", aws_lb={"lb": {"idle_timeout": 60}}), found=[_A, _B])
    request_.begin()
    request_.write("dev", document("dev", aws_lb={"lb": {"idle_timeout": 90}}), found=[_A, _C])
    request_.synth = SynthResult(changed=["environments/dev/cdk.tf.json"])
    assert request_.check() == 1
    found = json.loads(json.dumps(review_json.render(request_.review)))
    assert found["exit_code"] == 1
    assert found["base"] == {"name": "main", "commit": git(request_.root, "rev-parse", "main")}
    assert found["outdated"] == ["environments/dev/cdk.tf.json"]
    assert {state: [each["rule"]["id"] for each in found["findings"][state]] for state in found["findings"]} == {
        "new": ["TEAL_C"],
        "before": ["TEAL_A"],
        "gone": ["TEAL_B"],
    }
    (changed,) = found["environments"]
    assert (changed["name"], changed["fate"], changed["unknown"]) == ("dev", "kept", "")
    assert changed["changes"] == [
        {"action": "changed", "address": "aws_lb.lb", "path": "lb", "arguments": ["idle_timeout: 60 -> 90"]}
    ]


def test_review_for_programs_says_what_could_not_be_checked(request_: PullRequest) -> None:
    request_.write("dev", document("dev"))
    request_.begin()
    assert request_.check("no-such-branch") == 2
    found = review_json.render(request_.review)
    assert found["base"] is None
    assert found["errors"] == [next(each for each in request_.review.broken if "no-such-branch" in each)]


def _refuse(message: str, only_base_of: Path | None = None) -> Any:
    def check_policy(root: Path, names: Collection[str], today: date | None, echo: Echo) -> list[GateResult]:
        if root != only_base_of:
            raise TealformError(message)
        return pull_request.check_policy(root, names, today, echo)

    return check_policy


def test_gate_that_does_not_run_leaves_the_changes_and_no_report(request_: PullRequest) -> None:
    request_.write("dev", **_DEV)
    request_.begin()
    request_.check()
    assert request_.check(check_policy=_refuse("checkov is not there")) == 2
    assert sorted(file.name for file in (request_.root / "out").iterdir()) == ["comment.md"]
    assert "checkov is not there" in request_.comment


def test_gate_that_does_not_run_on_the_base_alone_does_not_fail(request_: PullRequest) -> None:
    request_.write("dev", **_DEV)
    request_.begin()
    message = "its blocks are not laid out as Tealform writes them"
    assert request_.check(check_policy=_refuse(message, request_.root)) == 0
    assert f"\nBASE could not be judged, so that all seems new\nBASE: {message}\n\n" in request_.text


def test_unknown_base_leaves_the_findings(request_: PullRequest) -> None:
    request_.write("dev", **_DEV, found=[_A])
    request_.begin()
    assert request_.check("origin/main") == 2
    assert 'BASE: "origin/main" is no commit' in request_.comment
    assert "\nFindings\nhigh: TEAL_A in dev" in request_.text
    assert json.loads((request_.root / "out" / "policy.json").read_text())


def test_no_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    request = PullRequest(tmp_path / "copy")
    request.write("dev", document("dev"))
    assert request.check() == 2
    assert "not a git repository" in request.text


def test_new_and_removed_environments(request_: PullRequest) -> None:
    request_.write("old", document("old", aws_vpc={"main": {}}), found=[_A])
    request_.write("dev", document("dev"))
    request_.begin()
    request_.remove("old")
    request_.write("new", document("new", aws_vpc={"main": {}, "other": {}}), found=[_B])
    assert request_.check() == 1
    assert "new: is new: 4 added" in request_.text
    assert "old: is removed: 3 removed" in request_.text
    assert "old: is removed, and its resources stay in AWS" in request_.text
    assert "\nFindings that are gone\nTEAL_A in old: web/a\n\n" in request_.text


def test_renamed_environment_has_the_findings_that_it_had(request_: PullRequest) -> None:
    request_.write("live", document("live", aws_vpc={"main": {}}), found=[_A])
    request_.begin()
    (request_.root / "environments" / "live").rename(request_.root / "environments" / "prod")
    request_.write("prod", document("prod", aws_vpc={"main": {}}), found=[_A, _B])
    assert request_.check() == 1
    assert "prod: was called live; to Terraform it is new" in request_.text
    assert request_.said[0] == "review: 1 new finding, 1 finding as before, 1 thing to look at"
    assert "Findings that are gone" not in request_.text


def test_bootstrap_is_compared_too(request_: PullRequest) -> None:
    file = request_.root / "bootstrap" / "123456789012" / "cdk.tf.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(document("x", aws_iam_role={"plan": {"max_session_duration": 3600}})))
    request_.write("dev", document("dev"))
    request_.begin()
    file.write_text(json.dumps(document("x", aws_iam_role={"plan": {"max_session_duration": 7200}})))
    request_.check()
    changes = "changed: plan\nmax_session_duration: 3600 -> 7200\n\n"
    assert f"\nWhat changes in bootstrap/123456789012\n{changes}" in request_.text


def test_the_same_again_says_the_same(request_: PullRequest) -> None:
    request_.write("dev", document("dev", aws_vpc={"b": {}, "a": {}}), found=[_A])
    request_.begin()
    request_.write("dev", document("dev", aws_lb={"b": {}, "a": {}}), found=[_C, _B])
    request_.check()
    before = {file.name: file.read_bytes() for file in (request_.root / "out").iterdir()}
    request_.check()
    assert {file.name: file.read_bytes() for file in (request_.root / "out").iterdir()} == before
    assert sorted(before) == ["comment.md", "policy.json", "policy.junit.xml", "policy.sarif"]


def test_the_base_is_judged_as_of_the_same_day(request_: PullRequest) -> None:
    asked: list[date | None] = []

    def asking(root: Path, names: Collection[str], today: date | None, echo: Echo) -> list[GateResult]:
        asked.append(today)
        return pull_request.check_policy(root, names, today, echo)

    request_.write("dev", document("dev"))
    request_.begin()
    request_.check(check_policy=asking)
    assert asked == [pull_request.TODAY] * 2


def test_comment_without_room_is_refused(request_: PullRequest) -> None:
    with pytest.raises(TealformError, match="1000 or more"):
        request_.check(longest=10)


def test_checkov_that_cannot_be_installed_is_reported_in_a_comment(
    request_: PullRequest, own_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own_cache.rmdir()
    own_cache.touch()
    request_.write("dev", document("dev"))
    request_.begin()
    assert main(["--root", str(request_.root), "review"]) == 2
    said = capsys.readouterr()
    assert said.err == ""
    assert "set TEALFORM_CACHE to a folder that can be written" in said.out
    assert 'BASE: "origin/main" is no commit' in said.out
    comment = (request_.root / check.OUT / "comment.md").read_text()
    assert "## Tealform: it could not be judged" in comment


def test_reports_go_where_they_are_wanted(request_: PullRequest, own_cache: Path, tmp_path: Path) -> None:
    request_.begin()
    main(["--root", str(request_.root), "review", "--base", "main", "--out", str(tmp_path / "a" / "b")])
    assert (tmp_path / "a" / "b" / "comment.md").is_file()


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ((), "origin/main"),
        (("BASE=HEAD^1",), "HEAD^1"),
        (("BASE=-a b",), "-a b"),
        (("BASE=a'; touch put; '",), "a'; touch put; '"),
        (("BASE=$(shell touch put)",), "$(shell touch put)"),
        (("BASE=`touch put`$$x",), "`touch put`$$x"),
    ],
)
def test_make_takes_the_base_as_it_is(tmp_path: Path, given: tuple[str, ...], base: str) -> None:
    projects.write_program(tmp_path / "tealform", "#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    installed = ["--old-file=.venv/.run"]
    # `make test` hands its own on, by which make would say which folder it is in.
    ours = re.compile("BASE|ARGS|MFLAGS|MAKE.*")
    kept = {name: value for name, value in os.environ.items() if not ours.fullmatch(name)}
    ran = subprocess.run(
        ["make", "--file", str(ROOT / "Makefile"), *installed, "pr-check", f"BIN={tmp_path}", *given],
        cwd=tmp_path,
        env=kept,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.splitlines() == ["review", f"--base={base}"]
    assert [file.name for file in tmp_path.iterdir()] == ["tealform"]


_BALANCER = '"enable_deletion_protection": true'


@pytest.mark.slow
def test_what_a_change_of_the_shipped_environments_brings(tmp_path: Path, own_scans: Path) -> None:
    request = pull_request.create(tmp_path / "project")
    for name in ("environments", "artifacts"):
        shutil.copytree(ROOT / name, request.root / name)
    request.begin()
    generated = request.root / "environments" / "prod" / "cdk.tf.json"
    text = generated.read_text()
    assert text.count(_BALANCER) == 1
    generated.write_text(text.replace(_BALANCER, _BALANCER.replace("true", "false")))
    git(request.root, "commit", "--all", "--quiet", "--message", "x")
    said: list[str] = []
    out = request.root / "out"
    found = check.check(request.root, "main", out, app=FixedApp(), echo=said.append)
    said += comment.console_lines(found)
    code = found.exit_code
    text = "\n".join(said)
    assert code == 1, text
    assert "review: 1 new finding, 1 thing to look at" in said, text
    assert "CKV_AWS_150 in prod: load-balancer/load-balancer" in text
    assert "prod: load-balancer/load-balancer: it is protected from deletion, and would be no more" in text
    assert "enable_deletion_protection: true -> false" in text
    assert "waiver of" not in text
    # The base was scanned with what is installed here, and what was scanned for it is known again.
    assert [line for line in said if line.startswith("policy: ")] == [
        "policy: scanning dev, prod, staging with checkov, about ten seconds",
        "policy: scanning prod with checkov, about ten seconds",
    ]
