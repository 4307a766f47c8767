"""The gate from end to end, with a stand-in for checkov that prints a recorded report."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.policy import (
    checkov_environment,
    checkov_input,
    coverage,
    gate,
    reports,
    rule_catalog,
    scanner,
    secret_scan,
)
from tealform.policy.check import Evaluation
from tealform.policy.checkov import Scan
from tealform.policy.environment import Environment
from tealform.policy.reports import terminal
from tealform.policy.result import GateResult, worst_exit_code
from tealform.policy.rule import Finding
from tealform.policy.scanned_files import Texts
from tests.support import write_checkov
from tests.unit.policy import stacks
from tests.unit.policy.stacks import record, report
from tests.unit.policy.test_waivers import waiver

TODAY = date(2026, 6, 1)
LOGS = "aws_cloudwatch_log_group"
EXPECTED = sorted(
    {
        *json.loads(coverage.FILE.read_text())[LOGS],
        *(each.rule.id for each in rule_catalog.list_yaml_rules() if LOGS in each.types),
    }
)
"""The checks that must judge a log group."""


class Project:
    """A project whose checkov reports on the log group of each environment what it is told to."""

    def __init__(self, root: Path, cache: Path) -> None:
        self.root = root
        self.cache = cache
        self.passed: list[dict[str, Any]] = []
        self.failed: list[dict[str, Any]] = []
        self.says()

    def add(self, environment: str, *, judged: Iterable[str] = EXPECTED, failed: tuple[str, ...] = ()) -> None:
        read = checkov_input.read_stack(stacks.write(self.root, environment, stacks.stack(environment)))
        line = next(line for line, place in read.places.items() if place.path)
        self.passed += [record(environment, check, line) for check in judged if check not in failed]
        self.failed += [record(environment, check, line) for check in failed]
        self.says()

    def says(self, then: str = "exit 0") -> None:
        text = report(passed=self.passed, failed=self.failed)
        write_checkov(self.cache, f"echo run >> '{self.root}/runs'\ncat <<'END'\n{text}\nEND\n{then}")

    def accept(self, environment: str, text: str) -> None:
        (self.root / "environments" / environment / "waivers.hcl").write_text(text)

    @property
    def runs(self) -> int:
        """How many times checkov ran."""
        file = self.root / "runs"
        return len(file.read_text().splitlines()) if file.exists() else 0

    def judge(self, *names: str) -> list[GateResult]:
        return gate.check(self.root, names, TODAY, lambda _: None)

    def check(self, *names: str) -> tuple[int, list[str]]:
        lines: list[str] = []
        results = gate.check(self.root, names, TODAY, lines.append)
        return worst_exit_code(results), [*lines, *terminal.lines(results)]


@pytest.fixture
def project(tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    def scan(found: list[Texts]) -> list[Scan]:
        return [Scan(each.scope, (("CKV_SECRET_2", "environment.hcl"),)) for each in found]

    monkeypatch.setattr(secret_scan, "scan", scan)
    return Project(tmp_path, own_cache)


def _left(verdict: GateResult) -> list[tuple[str, str]]:
    return [(told.finding.check, told.finding.path) for told in verdict.remaining]


def test_clean_environments(project: Project) -> None:
    project.add("prod")
    project.add("dev")
    dev, prod = project.judge()
    assert (dev.scope, prod.scope) == ("dev", "prod")
    for verdict in (dev, prod):
        assert (verdict.remaining, verdict.waived, verdict.lapsed, verdict.mistakes) == ((), (), (), ())
        assert set(EXPECTED) | {"CKV_SECRET_2", "TEAL_TERRAFORM_ACCOUNT", "TEAL_TAGS"} <= set(verdict.judged)
        assert verdict.exit_code == 0
    code, lines = project.check()
    assert code == 0
    assert lines[-1] == f"policy: 2 environments, {dev.checks + prod.checks} checks, 0 findings"


def test_all_environments_are_scanned_in_one_run_and_not_again_until_they_change(project: Project) -> None:
    project.add("dev")
    project.add("prod")
    first = project.judge()
    assert project.runs == 1
    assert project.judge() == first
    assert project.runs == 1
    stacks.write(project.root, "dev", stacks.stack("dev") | {"output": {"x": {"value": "y"}}})
    project.judge()
    assert project.runs == 2


def test_our_own_rules_are_asked_again_of_what_has_changed_alone(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    ours = scanner.evaluate_rules

    def counted(environment: Environment) -> Evaluation:
        asked.append(environment.production)
        return ours(environment)

    monkeypatch.setattr(scanner, "evaluate_rules", counted)
    project.add("dev")
    (project.root / "environments" / "dev" / "environment.hcl").write_text("protected = false\n")
    assert project.judge() == project.judge()
    assert asked == [False]
    (project.root / "environments" / "dev" / "environment.hcl").write_text("protected = true\n")
    project.judge()
    assert asked == [False, True]
    monkeypatch.setattr(scanner, "cached_rules", lambda: "others")
    project.judge()
    assert asked == [False, True, True]


def test_rule_that_could_not_judge_is_asked_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "evaluate_rules", lambda _: Evaluation(mistakes=["a rule tripped"]))
    project.add("dev")
    assert project.judge()[0].mistakes == project.judge()[0].mistakes == ("a rule tripped",)


def test_scan_that_cannot_be_relied_on_is_made_again(project: Project) -> None:
    project.add("dev", judged=EXPECTED[1:])
    for runs in (1, 2):
        assert project.judge()[0].exit_code == 2
        assert project.runs == runs


def test_checks_that_change_are_asked_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.add("dev")
    project.judge()
    locked = project.root / "checkov-requirements.txt"
    locked.write_text("checkov==3.3.31")
    monkeypatch.setattr(checkov_environment, "REQUIREMENTS", locked)
    project.says()
    project.judge()
    assert project.runs == 2


def test_kept_scan_that_was_broken_is_made_again(project: Project) -> None:
    project.add("dev", failed=("CKV_AWS_158",))
    [verdict] = project.judge()
    for file in (project.cache / "policy").iterdir():
        file.write_text("{")
    assert project.judge() == [verdict]
    assert project.runs == 2


def test_project_that_keeps_nothing_is_judged(project: Project) -> None:
    project.add("dev")
    (project.cache / "policy").touch()
    assert project.judge()[0].exit_code == 0
    assert project.judge()[0].exit_code == 0
    assert project.runs == 2


def test_two_findings_of_one_rule_on_one_resource_are_in_the_same_order_in_every_run(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [Finding("TEAL_TAGS", "Tags", "provider.aws", message=message) for message in "cabd"]
    monkeypatch.setattr(scanner, "evaluate_rules", lambda _: Evaluation(findings=found))
    project.add("dev")
    assert [told.finding.message for told in project.judge()[0].remaining] == ["a", "b", "c", "d"]


def test_check_that_did_not_look_is_no_pass(project: Project) -> None:
    project.add("dev", judged=EXPECTED[1:])
    [verdict] = project.judge()
    assert verdict.mistakes == (
        f"environments/dev/cdk.tf.json: checkov has no result of {EXPECTED[0]} for {LOGS}.logs, "
        "so it did not look at all of it",
    )
    assert verdict.exit_code == 2


def test_finding_of_our_own_rules_stands_beside_checkovs(project: Project) -> None:
    project.add("dev", failed=("CKV_AWS_158",))
    document = stacks.stack("dev")
    del document["provider"]["aws"][0]["allowed_account_ids"]
    stacks.write(project.root, "dev", document)
    [verdict] = project.judge()
    assert ("TEAL_TERRAFORM_ACCOUNT", "") in _left(verdict)


def test_finding_is_told_by_the_line_of_the_generated_file_where_no_setting_decides_it(project: Project) -> None:
    project.add("dev", failed=("CKV_AWS_158",))
    [verdict] = project.judge()
    [told] = verdict.remaining
    assert (told.finding.check, told.finding.path, told.setting) == ("CKV_AWS_158", "web/logs", "")
    file = project.root / told.location.file
    assert told.location.file == Path("environments/dev/cdk.tf.json")
    assert file.read_text().splitlines()[told.location.line - 1].strip() == '"logs": {'


def test_waived_finding_passes_and_is_still_told(project: Project) -> None:
    project.add("dev", failed=("CKV_AWS_158",))
    project.accept("dev", waiver("CKV_AWS_158", "web/logs"))
    [verdict] = project.judge()
    assert verdict.exit_code == 0
    [(told, accepted)] = verdict.waived
    assert (told.finding.check, accepted.owner) == ("CKV_AWS_158", "web-team")


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
    assert any("environments/dev/waivers.hcl:" in line for line in lines)


def test_waiver_that_leads_nowhere_fails(project: Project) -> None:
    project.add("dev")
    (project.root / "environments" / "dev" / "waivers.hcl").symlink_to("nowhere.hcl")
    [verdict] = project.judge()
    assert verdict.mistakes == ("environments/dev/waivers.hcl:1: cannot be read: No such file or directory",)


def test_unused_waiver_fails_where_nothing_else_is_wrong(project: Project) -> None:
    project.add("dev")
    project.accept("dev", waiver("CKV_AWS_158", "web/logs"))
    code, lines = project.check()
    assert code == 1
    assert lines[-1].endswith(" checks, 0 findings, 1 lapsed waiver")


def test_waiver_of_what_was_not_looked_at_is_not_called_unused(project: Project) -> None:
    project.add("dev", judged=EXPECTED[1:])
    project.accept("dev", waiver(EXPECTED[0], "web/logs"))
    [verdict] = project.judge()
    assert verdict.lapsed == ()


def test_environments_that_cannot_be_scanned_do_not_hide_the_others(project: Project) -> None:
    project.add("dev", failed=("CKV_AWS_158",))
    project.add("unseen", judged=())
    stacks.write(project.root, "broken", "{")
    (project.root / "environments" / "new").mkdir()
    (project.root / "environments" / "new" / "environment.hcl").touch()
    project.accept("broken", waiver("CKV_AWS_158", "web/logs"))
    found = {verdict.scope: verdict for verdict in project.judge()}
    assert found["new"].mistakes == ("environments/new/cdk.tf.json does not exist; run: tealform synth new",)
    assert found["unseen"].mistakes == ("environments/unseen/cdk.tf.json: checkov checked none of its resources",)
    assert _left(found["dev"]) == [("CKV_AWS_158", "web/logs")]
    assert found["broken"].exit_code == 2
    assert found["broken"].lapsed == ()
    assert project.check()[0] == 2


def test_one_named_environment_leaves_the_others_alone(project: Project) -> None:
    project.add("dev")
    stacks.write(project.root, "broken", "{")
    assert project.check("dev")[0] == 0
    assert project.check("broken")[0] == 2


def test_release_contract_is_judged_with_all_environments(project: Project) -> None:
    project.add("dev")
    (project.root / "artifacts").mkdir()
    assert [verdict.scope for verdict in project.judge()] == ["dev", "artifacts"]
    assert [verdict.scope for verdict in project.judge("dev")] == ["dev"]


@pytest.mark.parametrize("place", ["", "team/prod", "dev/old"])
def test_generated_terraform_in_another_place_is_an_error(project: Project, place: str) -> None:
    project.add("dev")
    for folder in (place, "dev/.terraform/tealform"):
        stray = project.root / "environments" / folder / "cdk.tf.json"
        stray.parent.mkdir(parents=True, exist_ok=True)
        stray.write_text("{}")
    shown = Path("environments", place, "cdk.tf.json")
    with pytest.raises(TealformError, match=f"^{shown}: is in no environment's folder"):
        project.judge()
    assert project.check("dev")[0] == 0


@pytest.mark.parametrize(
    ("there", "asked", "message"),
    [
        (["artifacts"], [], "environments/artifacts: give it another name"),
        (["dev"], ["dve"], 'there is no environment "dve"; use dev'),
        ([], [], "there are no environments"),
    ],
    ids=["called like the release contract", "unknown", "none"],
)
def test_environments_that_cannot_be_checked(
    project: Project, there: list[str], asked: list[str], message: str
) -> None:
    for name in there:
        project.add(name)
    with pytest.raises(TealformError, match=message):
        project.check(*asked)


@pytest.mark.parametrize("name", ["d\nev", "::stop-commands::x", b"d\xff".decode(errors="surrogateescape"), ".dev"])
def test_environment_whose_name_no_environment_may_have_is_an_error(project: Project, name: str) -> None:
    project.add(name)
    with pytest.raises(TealformError, match=r"the folder's name .* lower-case letters") as raised:
        project.check()
    assert str(raised.value).isprintable()


def test_reports_are_written_and_cleared(project: Project) -> None:
    project.add("dev", failed=("CKV_AWS_158",))
    files = {form: project.root / "reports" / form for form in ("sarif", "junit", "json", "markdown")}
    reports.write(project.judge(), files)
    assert all("158" in file.read_text() for file in files.values())
    assert json.loads(files["json"].read_text())["summary"]["exit_code"] == 1
    reports.clear(files)
    assert not any(file.exists() for file in files.values())


def test_report_takes_the_place_of_no_device_and_of_no_link(project: Project) -> None:
    project.add("dev")
    os.mkfifo(project.root / "pipe")
    (project.root / "link").symlink_to("elsewhere.sarif")
    for name in ("pipe", "link", "environments"):
        file = project.root / name
        with pytest.raises(TealformError, match=f"{name} is no ordinary file"):
            reports.clear({"sarif": file})
        assert os.path.lexists(file)


def test_two_reports_in_one_file_are_an_error_that_deletes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "report"
    file.touch()
    with pytest.raises(TealformError, match="two reports have the same file"):
        reports.clear({"sarif": file, "junit": tmp_path / "x" / ".." / "report"})
    assert file.exists()


def _commit(repository: Path, file: str) -> None:
    git = ["git", "-C", str(repository)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    (repository / file).parent.mkdir(parents=True, exist_ok=True)
    (repository / file).touch()
    subprocess.run([*git, "add", "--force", file], check=True)


@pytest.mark.parametrize(
    "planted", [".venv/bin/python", ".Venv/bin/python", "modules/tealform/policy/__pycache__/gate.cpython-311.pyc"]
)
def test_committed_programs_are_refused(project: Project, planted: str) -> None:
    project.add("dev")
    _commit(project.root, "README.md")
    assert project.judge()[0].exit_code == 0
    _commit(project.root, planted)
    with pytest.raises(TealformError, match=f"{planted} is committed, and would be believed"):
        project.judge()


@pytest.mark.parametrize(
    "harmless", [".cache/policy/0f1e.json", ".cache/review/comment.md", ".venv-checkov/bin/python"]
)
def test_committed_files_that_nothing_reads_are_accepted(project: Project, harmless: str) -> None:
    project.add("dev")
    _commit(project.root, harmless)
    assert project.judge()[0].exit_code == 0


@pytest.mark.parametrize(
    "planted", ["kept/policy/0f1e.json", "Kept/checkov-1/bin/python", "kept/bindings-1/_jsii/x.tgz"]
)
def test_cache_in_the_repository_is_refused_once_something_of_it_is_committed(
    project: Project, monkeypatch: pytest.MonkeyPatch, planted: str
) -> None:
    _move_cache(project, monkeypatch, project.root / "kept")
    _commit(project.root, "environments/dev/cdk.tf.json")
    assert project.judge()[0].exit_code == 0
    _commit(project.root, planted)
    with pytest.raises(TealformError, match=f"{planted} is committed, and would be believed"):
        project.judge()


def test_cache_beside_the_project_in_the_same_repository_is_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project.root = tmp_path / "infrastructure"
    _move_cache(project, monkeypatch, tmp_path / "kept")
    _commit(tmp_path, "infrastructure/environments/dev/cdk.tf.json")
    assert project.judge()[0].exit_code == 0
    _commit(tmp_path, "kept/policy/0f1e.json")
    with pytest.raises(TealformError, match=r"kept/policy/0f1e\.json is committed"):
        project.judge()


def test_cache_behind_a_committed_link_is_refused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    _commit(project.root, "planted/policy/0f1e.json")
    (project.root / "kept").symlink_to("planted")
    _move_cache(project, monkeypatch, project.root / "kept")
    with pytest.raises(TealformError, match=r"planted/policy/0f1e\.json is committed"):
        project.judge()


def _move_cache(project: Project, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr("tealform.cache.FOLDER", folder)
    project.cache = folder
    project.add("dev")


def test_git_that_does_not_say_what_is_committed_is_an_error(project: Project) -> None:
    project.add("dev")
    # As for a repository of another user, in a container.
    (project.root / ".git").write_text("gitdir: nowhere\n")
    with pytest.raises(TealformError, match="git does not say whether kept results are committed: fatal"):
        project.judge()


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
    accepted = [("TEAL_TERRAFORM_BESIDE", "extra.tf"), ("CKV_AWS_355", "web/policy")]
    accepted += [("CKV_AWS_18", name) for name in by_hand]
    project.accept("dev", "".join(waiver(check, name) for check, name in accepted))
    assert project.check()[0] == 0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("extra.tf", "is judged in plans alone"),
        ("extra.tf.json", "is judged in plans alone"),
        ("cdk_override.tf.json", "changes what was generated, and is judged in plans alone"),
        ("override.tf", "changes what was generated, and is judged in plans alone"),
    ],
)
def test_terraform_beside_what_was_generated_is_not_passed_over(project: Project, name: str, said: str) -> None:
    project.add("dev")
    for each in (name, ".hidden.tf", "notes.md"):
        (project.root / "environments" / "dev" / each).touch()
    [verdict] = project.judge()
    [told] = verdict.remaining
    assert (told.rule.id, told.finding.address) == ("TEAL_TERRAFORM_BESIDE", name)
    assert told.finding.message.endswith(f": {said}")
    assert str(told.location) == f"environments/dev/{name}:1"
    project.accept("dev", waiver("TEAL_TERRAFORM_BESIDE", name))
    assert project.check()[0] == 0


def test_waiver_of_something_that_nobody_wrote_by_hand_is_unused(project: Project) -> None:
    project.add("dev")
    (project.root / "environments" / "dev" / "extra.tf").write_text('resource "aws_s3_bucket" "mine" {}\n')
    accepted = [("TEAL_TERRAFORM_BESIDE", "extra.tf"), ("CKV_AWS_18", "aws_s3_bucket.other")]
    project.accept("dev", "".join(waiver(check, name) for check, name in accepted))
    [verdict] = project.judge()
    assert ["matches no finding" in str(lapsed) for lapsed in verdict.lapsed] == [True]
