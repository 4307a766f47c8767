"""The gate from end to end, with a stand-in for checkov that prints a recorded report."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from harness.errors import HarnessError
from harness.policy import gate, stack
from tests.harness.policy import stacks
from tests.harness.policy.stacks import record, report
from tests.harness.policy.test_waivers import waiver

TODAY = date(2026, 6, 1)


class Project:
    """A project whose checkov reports on the log group of each environment what it is told to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.passed: list[dict[str, Any]] = []
        self.failed: list[dict[str, Any]] = []

    def add(self, environment: str, *, passed: tuple[str, ...] = ("CKV_AWS_66",), failed: tuple[str, ...] = ()) -> None:
        read = stack.read(stacks.write(self.root, environment, stacks.stack(environment)))
        line = next(line for line, place in read.places.items() if place.path)
        self.passed += [record(environment, check, line) for check in passed]
        self.failed += [record(environment, check, line) for check in failed]

    def accept(self, environment: str, text: str) -> None:
        (self.root / "environments" / environment / "waivers.hcl").write_text(text)

    def check(self, *names: str) -> tuple[int, list[str]]:
        python = self.root / ".venv-checkov" / "bin" / "python"
        python.parent.mkdir(parents=True, exist_ok=True)
        python.write_text(f"#!/bin/sh\ncat <<'END'\n{report(passed=self.passed, failed=self.failed)}\nEND\n")
        python.chmod(0o755)
        lines: list[str] = []
        return gate.check(self.root, list(names), TODAY, lines.append), lines


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_clean_environments(project: Project) -> None:
    project.add("prod", passed=("CKV_AWS_66", "CKV_AWS_158"))
    project.add("dev")
    assert project.check() == (
        0,
        [
            "policy: scanning dev, prod with checkov, about ten seconds",
            "dev: 1 check, 0 findings",
            "prod: 2 checks, 0 findings",
            "policy: 2 environments, 3 checks, 0 findings",
        ],
    )


def test_finding_is_shown_with_all_that_its_reader_needs(project: Project) -> None:
    project.add("dev", failed=("CKV_AWS_158",))
    project.failed[0]["guideline"] = "https://docs.example.com/158"
    code, lines = project.check("dev")
    assert code == 1
    assert lines[1:-2] == [
        "dev: 2 checks, 1 finding",
        "  CKV_AWS_158: Ensure CKV_AWS_158",
        "    resource: aws_cloudwatch_log_group.logs",
        "    path: web/logs",
        "    guideline: https://docs.example.com/158",
    ]
    assert lines[-2].startswith("mend each finding, or accept it in environments/<env>/waivers.hcl")


def test_waived_finding_passes_and_is_still_shown(project: Project) -> None:
    project.add("dev", failed=("CKV_AWS_158",))
    project.accept("dev", waiver("CKV_AWS_158", "web/logs"))
    code, lines = project.check()
    assert code == 0
    assert lines[1:] == [
        "dev: 2 checks, 0 findings, 1 waived finding",
        "  waived: CKV_AWS_158 on web/logs until 2026-08-31 by web-team: Holds no personal data",
        "policy: 1 environment, 2 checks, 0 findings, 1 waived finding",
    ]


def test_waiver_holds_in_its_own_environment_only(project: Project) -> None:
    for environment in ("dev", "prod"):
        project.add(environment, failed=("CKV_AWS_158",))
    project.accept("dev", waiver("CKV_AWS_158", "web/logs"))
    assert project.check("dev")[0] == 0
    assert project.check("prod")[0] == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (waiver("CKV_AWS_158", "web/logs", until="2026-05-31"), 1),  # expired
        (waiver("CKV_AWS_158", "web/logs", until="2027-05-31"), 2),  # too far away
        (waiver("CKV_AWS_158", "web/logs") + waiver("CKV_AWS_158", "aws_cloudwatch_log_group.logs"), 2),  # twice
        (waiver("CKV_AWS_158", "web/logs") + "owner = 1", 2),  # unknown key
    ],
)
def test_waiver_that_does_not_hold_fails(project: Project, text: str, code: int) -> None:
    project.add("dev", failed=("CKV_AWS_158",))
    project.accept("dev", text)
    found, lines = project.check()
    assert found == code
    assert any(line.startswith("  environments/dev/waivers.hcl:") for line in lines)


def test_unused_waiver_fails_where_nothing_else_is_wrong(project: Project) -> None:
    project.add("dev")
    project.accept("dev", waiver("CKV_AWS_158", "web/logs"))
    code, lines = project.check()
    assert code == 1
    assert lines[-1] == "policy: 1 environment, 1 check, 0 findings, 1 lapsed waiver"


def test_environments_that_cannot_be_scanned_do_not_hide_the_others(project: Project) -> None:
    project.add("dev", failed=("CKV_AWS_158",))
    project.add("unseen", passed=())
    stacks.write(project.root, "broken", "{")
    (project.root / "environments" / "new").mkdir()
    (project.root / "environments" / "new" / "environment.hcl").touch()
    project.accept("broken", waiver("CKV_AWS_158", "web/logs"))
    code, lines = project.check()
    assert code == 2
    assert lines[0] == "policy: scanning dev, unseen with checkov, about ten seconds"
    assert lines[1].startswith("broken: 0 checks, 0 findings, 1 mistake")
    assert "  environments/new/cdk.tf.json does not exist; run: make synth ENV=new" in lines
    assert "  environments/unseen/cdk.tf.json: checkov checked none of its resources" in lines
    assert "  CKV_AWS_158: Ensure CKV_AWS_158" in lines
    assert not any("matches no finding" in line for line in lines)


def test_one_named_environment_leaves_the_others_alone(project: Project) -> None:
    project.add("dev")
    stacks.write(project.root, "broken", "{")
    assert project.check("dev")[0] == 0
    assert project.check("broken")[0] == 2


def test_unknown_environment_is_an_error(project: Project) -> None:
    project.add("dev")
    with pytest.raises(HarnessError, match='there is no environment "dve"; use dev'):
        project.check("dve")


def test_project_without_environments_is_an_error(project: Project) -> None:
    with pytest.raises(HarnessError, match="nothing to check"):
        project.check()


def test_waiver_that_only_a_plan_can_match_is_not_called_unused(project: Project) -> None:
    project.add("dev")
    (project.root / "environments" / "dev" / "extra.tf").write_text(
        'resource "aws_s3_bucket" "mine" {}\ndata "aws_iam_policy_document" "mine" {}\nmodule "inner" {}\n'
    )
    by_hand = (
        "aws_s3_bucket.mine",
        "aws_s3_bucket.mine[0]",
        "data.aws_iam_policy_document.mine",
        "module.inner.aws_sqs_queue.q",
    )
    project.accept("dev", "".join(waiver("CKV_AWS_18", name) for name in by_hand) + waiver("CKV_AWS_355", "web/policy"))
    assert project.check()[0] == 0


def test_waiver_of_something_that_nobody_wrote_by_hand_is_unused(project: Project) -> None:
    project.add("dev")
    (project.root / "environments" / "dev" / "extra.tf").write_text('resource "aws_s3_bucket" "mine" {}\n')
    project.accept("dev", waiver("CKV_AWS_18", "aws_s3_bucket.other"))
    code, lines = project.check()
    assert code == 1
    assert any("matches no finding" in line for line in lines)
