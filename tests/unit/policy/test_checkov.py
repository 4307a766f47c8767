"""What is scanned, and what is believed of checkov: recorded reports, a stand-in that misbehaves, and checkov itself."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.policy import checkov, checkov_environment, checkov_input, coverage
from tealform.policy.rule import Finding
from tests.inventory import ROOT
from tests.support import write_checkov
from tests.unit.policy import stacks
from tests.unit.policy.stacks import NOTHING_SCANNED, record, report
from tools import generate_coverage


def test_copy_lacks_required_version_alone(tmp_path: Path) -> None:
    document = stacks.stack("dev")
    read = checkov_input.read_stack(stacks.write(tmp_path, "dev", document))
    del document["terraform"]["required_version"]
    assert json.loads(read.text) == document


def test_original_is_left_as_it_is(tmp_path: Path) -> None:
    folder = stacks.write(tmp_path, "dev", stacks.stack("dev"))
    before = (folder / "cdk.tf.json").read_bytes()
    checkov_input.read_stack(folder)
    assert (folder / "cdk.tf.json").read_bytes() == before


def test_every_block_is_found_on_its_own_line(tmp_path: Path) -> None:
    document = {
        "output": {"first": {"value": ["a", {"b": "line\nbreak"}]}},
        "provider": {"aws": [{"region": "eu-west-1"}, {"alias": "us", "region": "us-east-1"}], "tls": {"x": 1}},
        "data": {"aws_iam_policy_document": {"empty": {}, "main": {"statement": [{"actions": ["s3:Get*"]}]}}},
        "resource": {"aws_sns_topic": {"main": stacks.log_group("dev/service/web/topic")}, "aws_kms_key": {"main": {}}},
    }
    read = checkov_input.read_stack(stacks.write(tmp_path, "dev", document))
    lines = read.text.splitlines()
    assert {place.address: lines[line - 1].strip() for line, place in read.places.items()} == {
        "provider.aws": "{",
        "provider.aws.us": "{",
        "provider.tls": '"tls": {',
        "data.aws_iam_policy_document.empty": '"empty": {},',
        "data.aws_iam_policy_document.main": '"main": {',
        "aws_sns_topic.main": '"main": {',
        "aws_kms_key.main": '"main": {}',
    }
    assert [place.path for place in read.places.values() if place.path] == ["service/web/topic"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n  "resource": {\n    "aws_sns_topic": {', "environments/dev/cdk.tf.json:3: is not valid JSON"),
        ("[]", "environments/dev/cdk.tf.json:1: is not a JSON object"),
        ('{"resource": ["x"]}', "environments/dev/cdk.tf.json:1: its blocks are not laid out as Tealform writes them"),
        (None, "environments/dev/cdk.tf.json does not exist"),
    ],
)
def test_what_cannot_be_scanned_says_what_to_run(tmp_path: Path, text: str | None, message: str) -> None:
    folder = tmp_path / "environments" / "dev"
    folder.mkdir(parents=True)
    if text is not None:
        stacks.write(tmp_path, "dev", text)
    with pytest.raises(TealformError) as raised:
        checkov_input.read_stack(folder)
    assert str(raised.value).startswith(message)
    assert str(raised.value).endswith("run: tealform synth dev")


LOGS, KEY = "aws_cloudwatch_log_group.logs", "aws_kms_key.key"


def _stack(root: Path, environment: str = "dev") -> checkov_input.Stack:
    return checkov_input.read_stack(stacks.write(root, environment, stacks.stack(environment)))


def _line(read: checkov_input.Stack, address: str) -> int:
    return next(line for line, place in read.places.items() if place.address == address)


@pytest.fixture
def dev(tmp_path: Path) -> checkov_input.Stack:
    return _stack(tmp_path)


@pytest.fixture
def logs(dev: checkov_input.Stack) -> int:
    return _line(dev, "aws_cloudwatch_log_group.logs")


def test_passed_and_failed_checks_are_counted(dev: checkov_input.Stack, logs: int) -> None:
    passed, failed = [record("dev", "CKV_AWS_66", logs)], [record("dev", "CKV_AWS_158", logs)]
    [scan] = checkov.read(report(passed=passed, failed=failed), [dev])
    assert scan.checks == 2
    assert scan.findings == (Finding("CKV_AWS_158", "Ensure CKV_AWS_158", "aws_cloudwatch_log_group.logs", "web/logs"),)
    assert not scan.blind


def test_findings_are_in_the_same_order_for_any_order_of_the_report(dev: checkov_input.Stack, logs: int) -> None:
    failed = [record("dev", check, logs) for check in ("CKV_AWS_66", "CKV_AWS_158", "CKV2_AWS_6")]
    assert checkov.read(report(failed=failed), [dev]) == checkov.read(report(failed=failed[::-1]), [dev])


def test_each_environment_gets_its_own_findings(tmp_path: Path, dev: checkov_input.Stack, logs: int) -> None:
    prod = _stack(tmp_path, "prod")
    passed, failed = [record("prod", "CKV_AWS_158", logs)], [record("dev", "CKV_AWS_158", logs)]
    scans = checkov.read(report(passed=passed, failed=failed), [dev, prod])
    assert [(scan.environment, len(scan.findings)) for scan in scans] == [("dev", 1), ("prod", 0)]


def test_skipped_check_is_a_finding(dev: checkov_input.Stack, logs: int) -> None:
    [scan] = checkov.read(report(skipped=[record("dev", "CKV_AWS_158", logs)]), [dev])
    assert [finding.check for finding in scan.findings] == ["CKV_AWS_158"]


def test_guideline_is_kept_where_checkov_knows_it(dev: checkov_input.Stack, logs: int) -> None:
    failed = record("dev", "CKV_AWS_158", logs) | {"guideline": "https://docs.example.com/158"}
    [scan] = checkov.read(report(failed=[failed]), [dev])
    assert scan.findings[0].guideline == "https://docs.example.com/158"


@pytest.mark.parametrize(
    ("results", "why"),
    [
        pytest.param(None, ": checkov checked none of its resources", id="nothing scanned"),
        pytest.param(
            {"passed": [("prod", "CKV_AWS_158", LOGS)]}, ": checkov checked none of its resources", id="another"
        ),
        pytest.param({"passed": [("dev", "CKV_AWS_41", "provider.aws")]}, "none of its resources", id="provider alone"),
        pytest.param(
            {"passed": [("dev", "CKV_AWS_158", LOGS)], "unparsed": ["/somewhere/environments/dev/cdk.tf.json"]},
            "could not parse",
            id="parsing error next to a result",
        ),
    ],
)
def test_scan_without_a_result_for_a_resource_is_blind(
    dev: checkov_input.Stack, results: dict[str, Any] | None, why: str
) -> None:
    text = NOTHING_SCANNED
    if results:
        records = [record(name, check, _line(dev, address), address) for name, check, address in results["passed"]]
        text = report(**results | {"passed": records})
    [scan] = checkov.read(text, [dev])
    assert scan.blind.startswith("environments/dev/cdk.tf.json: ")
    assert why in scan.blind


def test_environment_that_is_missing_in_the_report_does_not_blind_another(
    tmp_path: Path, dev: checkov_input.Stack, logs: int
) -> None:
    scans = checkov.read(report(passed=[record("dev", "CKV_AWS_158", logs)]), [dev, _stack(tmp_path, "prod")])
    assert [bool(scan.blind) for scan in scans] == [False, True]


@pytest.mark.parametrize("text", ["", "not JSON", "[]", '{"results": {"passed_checks": []}}'])
def test_unreadable_report_is_an_error(dev: checkov_input.Stack, text: str) -> None:
    with pytest.raises(TealformError, match="report cannot be read"):
        checkov.read(text, [dev])


def _saying(text: str) -> str:
    return f"cat <<'END'\n{text}\nEND\n"


LOGGED = "echo '2026-01-01 00:00:00,000 [MainThread  ] [ERROR]  Failed to run check CKV_AWS_158' >&2"


@pytest.mark.parametrize("environments", [["dev"], ["dev", "unseen"]])
@pytest.mark.parametrize(
    ("reports", "then", "message"),
    [
        pytest.param(True, "echo kaput >&2; exit 2", r"exit code 2:\nkaput", id="crash"),
        pytest.param(
            False,
            "echo 'No module named checkov' >&2; exit 1",
            r"exit code 1:\nNo module named checkov",
            id="installation that was cut short",
        ),
        pytest.param(True, LOGGED, r"relied on:\nFailed to run check CKV_AWS_158", id="error in the log"),
    ],
)
def test_error_of_checkov_is_an_error_with_its_last_words(
    tmp_path: Path, own_cache: Path, logs: int, environments: list[str], *, reports: bool, then: str, message: str
) -> None:
    printed = _saying(report(passed=[record("dev", "CKV_AWS_66", logs)])) if reports else ""
    write_checkov(own_cache, printed + then)
    with pytest.raises(TealformError, match=message):
        checkov.scan([_stack(tmp_path, name) for name in environments])


def test_exit_code_one_is_left_to_the_report(own_cache: Path, dev: checkov_input.Stack, logs: int) -> None:
    write_checkov(own_cache, _saying(report(passed=[record("dev", "CKV_AWS_66", logs)])) + "exit 1")
    [scan] = checkov.scan([dev])
    assert (scan.blind, scan.judged) == ("", (("CKV_AWS_66", LOGS),))


def test_checkov_gets_neither_secrets_nor_the_network_and_leaves_nothing(
    tmp_path: Path, own_cache: Path, dev: checkov_input.Stack, logs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    passed = _saying(report(passed=[record("dev", "CKV_AWS_66", logs)]))
    write_checkov(own_cache, f'(env; echo "$@") > "{tmp_path}/seen"\ntouch "$TMPDIR/left"\n{passed}')
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    checkov.scan([dev])
    assert not list((tmp_path / "scratch").iterdir())
    seen = (tmp_path / "seen").read_text()
    assert "secret" not in seen
    assert "CKV_SKIP_PACKAGE_UPDATE_CHECK=true" in seen
    assert "--skip-download" in seen


CONFIGURATION = "skip-check: [CKV_AWS_66, CKV_AWS_158, CKV_AWS_338]\n"


def _checkov(folder: Path) -> tuple[int, dict[str, int]]:
    """Checkov as its documentation runs it: exit code and what its summary counts."""
    options = ["--directory", str(folder), "--framework", "terraform_json", "--output", "json", "--skip-download"]
    command = [str(checkov_environment.find_python()), "-m", "checkov.main", *options]
    environment = os.environ | {"CKV_SKIP_PACKAGE_UPDATE_CHECK": "true"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    summary = json.loads(done.stdout)["summary"]
    return done.returncode, {key: summary[key] for key in ("failed", "parsing_errors")}


@pytest.fixture
def bad(tmp_path: Path) -> checkov_input.Stack:
    """A stack with three findings in a project that tells checkov to skip all three."""
    folder = stacks.write(tmp_path, "bad", stacks.stack("bad", skip_destroy=False))
    (tmp_path / ".checkov.yaml").write_text(CONFIGURATION)
    (folder / ".checkov.yaml").write_text(CONFIGURATION)
    return checkov_input.read_stack(folder)


@pytest.mark.slow
def test_raw_checkov_calls_a_stack_with_required_version_clean(tmp_path: Path, bad: checkov_input.Stack) -> None:
    (tmp_path / "environments" / "bad" / ".checkov.yaml").unlink()
    assert _checkov(tmp_path / "environments") == (0, {"failed": 0, "parsing_errors": 1})


@pytest.mark.slow
def test_raw_checkov_is_silenced_by_a_file_in_the_folder(tmp_path: Path, bad: checkov_input.Stack) -> None:
    (tmp_path / "environments" / "bad" / "cdk.tf.json").write_text(bad.text)
    assert _checkov(tmp_path / "environments" / "bad") == (0, {"failed": 0, "parsing_errors": 0})


@pytest.mark.slow
def test_real_scan_of_several_environments(
    tmp_path: Path, bad: checkov_input.Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever runs the gate may have told checkov to skip checks, for other projects.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CKV_SKIP_CHECK", "CKV_AWS_66,CKV_AWS_158,CKV_AWS_338")
    monkeypatch.setenv("BC_API_KEY", "00000000-0000-0000-0000-000000000000")
    # checkov does not expect this.
    odd = stacks.stack("odd") | {"moved": [{"from": "aws_sns_topic.a", "to": "aws_sns_topic.b"}]}
    unseen = stacks.stack("unseen") | {"resource": {"aws_unheard_of": {"main": {}}}}
    # In two environments the same resource has the same name; only one has what the check of a bucket looks for.
    block = {"bucket": "${aws_s3_bucket.main.id}", "block_public_acls": True, "block_public_policy": True}
    block |= {"ignore_public_acls": True, "restrict_public_buckets": True}
    public = {"resource": {"aws_s3_bucket": {"main": {"bucket": "shop"}}}}
    private = {"resource": public["resource"] | {"aws_s3_bucket_public_access_block": {"main": block}}}
    documents = {"good": stacks.stack("good"), "odd": odd, "unseen": unseen, "public": public, "private": private}
    read = [checkov_input.read_stack(stacks.write(tmp_path, name, document)) for name, document in documents.items()]

    scans = {scan.environment: scan for scan in checkov.scan([bad, *read])}

    assert [finding.check for finding in scans["bad"].findings] == [
        "CKV_AWS_158",
        "CKV_AWS_338",
        "CKV_AWS_66",
        "TEAL_LOG_RETENTION",
    ]
    assert {(each.address, each.path) for each in scans["bad"].findings} == {
        ("aws_cloudwatch_log_group.logs", "web/logs")
    }
    assert scans["bad"].checks == scans["good"].checks == 5
    assert scans["good"].findings == ()
    assert "could not parse" in scans["odd"].blind
    assert "none of its resources" in scans["unseen"].blind
    blocked = {name: "CKV2_AWS_6" not in {f.check for f in scans[name].findings} for name in ("public", "private")}
    assert blocked == {"public": False, "private": True}


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
