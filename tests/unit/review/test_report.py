"""From the end of a run to the comment and the alerts, with a stand-in for ``gh`` and GitHub behind it."""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tealform.policy.reports import sarif
from tealform.review.report import artifact, publish
from tealform.review.report.artifact import MARKER
from tealform.review.report.github import ReportError
from tests.inventory import ROOT
from tests.unit.policy.reports.verdicts import PROD
from tests.unit.review import stub_gh
from tests.unit.review.example import example

SHA, OTHER = "1" * 40, "2" * 40
TEXT = f"{MARKER}\n## Tealform: nothing to mend\n"
SARIF = sarif.render([PROD])
FILES: Mapping[str, str | bytes] = {"comment.md": TEXT, "policy.sarif": SARIF}
OFF = "gh: Code Security must be enabled for this repository to use code scanning. (HTTP 403)"


def pull(number: int = 7, *, head: str | None = "mallory/shop", sha: str = SHA, **others: Any) -> dict[str, Any]:
    repository = {"full_name": head} if head else None
    return {
        "number": number,
        "state": "open",
        "head": {"ref": "change", "sha": sha, "repo": repository},
        "base": {"ref": "main", "repo": {"full_name": "acme/shop"}},
        **others,
    }


def comment(number: int, body: str, login: str = "github-actions[bot]") -> dict[str, Any]:
    return {"id": number, "user": {"login": login}, "body": body}


@dataclass
class GitHub:
    """GitHub with one run, of a fork's pull request if nothing else is said."""

    folder: Path

    def __post_init__(self) -> None:
        self.world: dict[str, Any] = {
            "pulls": [pull()],
            "artifacts": {"5": []},
            "comments": {},
            "sarifs": [],
            "no_code_scanning": "",
            "calls": [],
        }
        self.event: dict[str, dict[str, Any]] = {
            "workflow_run": {
                "id": 5,
                "event": "pull_request",
                "head_branch": "change",
                "head_sha": SHA,
                "head_repository": {"full_name": "mallory/shop"},
                "pull_requests": [],
            },
            "repository": {"full_name": "acme/shop", "default_branch": "main"},
        }

    def artifact(
        self, files: Mapping[str, str | bytes] | None = None, *, name: str = "review-7", size: int = 1_000
    ) -> None:
        number = 50 + len(self.world["artifacts"]["5"])
        with zipfile.ZipFile(self.folder / f"{number}.zip", "w") as archive:
            for file, content in (FILES if files is None else files).items():
                archive.writestr(file, content)
        entry = {"id": number, "name": name, "expired": False, "size_in_bytes": size}
        self.world["artifacts"]["5"].append(entry)

    def report(self, **variables: str) -> tuple[int, str]:
        """Runs it as the workflow does, without any installed package."""
        (self.folder / stub_gh.WORLD).write_text(json.dumps(self.world))
        (self.folder / "event.json").write_text(json.dumps(self.event))
        program = self.folder / "gh"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "{stub_gh.__file__}" "$@"\n')
        program.chmod(0o755)
        ran = subprocess.run(
            [sys.executable, "-S", "-m", "tealform.review.report"],
            cwd=ROOT,
            env={
                "PYTHONPATH": "modules",
                "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}",
                "GITHUB": str(self.folder),
                "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
                "GH_TOKEN": "token",
                **variables,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.stderr == ""
        self.world = json.loads((self.folder / stub_gh.WORLD).read_text())
        return ran.returncode, ran.stdout

    def bodies(self, number: int = 7) -> list[str]:
        return [each["body"] for each in self.world["comments"].get(str(number), [])]


@pytest.fixture
def github(tmp_path: Path) -> GitHub:
    return GitHub(tmp_path)


def test_pull_request_of_a_fork_gets_a_comment_and_its_alerts(github: GitHub) -> None:
    github.artifact()
    code, said = github.report()
    assert code == 0
    assert github.bodies() == [TEXT]
    (uploaded,) = github.world["sarifs"]
    assert (uploaded["ref"], uploaded["commit_sha"]) == ("refs/pull/7/head", SHA)
    assert gzip.decompress(base64.b64decode(uploaded["sarif"])).decode() == SARIF
    assert said.splitlines() == [
        "::notice::the comment of pull request 7 is created",
        "::notice::SARIF: uploaded for refs/pull/7/head",
    ]


_FORGED = comment(1, f"{MARKER}\nall is well", "mallory")
_TALK = [comment(number, "hello", "alice") for number in range(250)]


@pytest.mark.parametrize(
    ("before", "index", "done"),
    [
        pytest.param([*_TALK, comment(500, f"{MARKER}\nold"), comment(501, "new", "bob")], 250, "updated", id="old"),
        pytest.param(
            [_FORGED, comment(2, f"> {MARKER}"), {"id": 3, "user": None, "body": MARKER}],
            3,
            "created",
            id="somebody else's with the marker",
        ),
        pytest.param([comment(1, TEXT.strip())], 0, "unchanged", id="the same"),
    ],
)
def test_comment_is_created_or_updated_in_place(
    github: GitHub, before: list[dict[str, Any]], index: int, done: str
) -> None:
    github.world["comments"]["7"] = before
    github.artifact()
    assert f"the comment of pull request 7 is {done}" in github.report()[1]
    others = [each["body"] for each in before]
    written = others[index] if done == "unchanged" else TEXT
    assert github.bodies() == [*others[:index], written, *others[index + 1 :]]
    assert any(call.startswith("PATCH") for call in github.world["calls"]) == (done == "updated")


@pytest.mark.parametrize(
    "found",
    [
        [],
        [pull(sha=OTHER)],
        [pull(head="mallory/other")],
        [pull(head=None)],
        [pull(state="closed")],
        [pull(base={"ref": "main", "repo": {"full_name": "other/shop"}})],
    ],
    ids=["none", "newer commit", "other repository", "fork is gone", "closed", "other base"],
)
def test_run_that_is_of_no_open_pull_request_writes_nothing(github: GitHub, found: list[dict[str, Any]]) -> None:
    github.world["pulls"] = found
    github.artifact()
    code, said = github.report()
    assert (code, github.world["comments"], github.world["sarifs"]) == (0, {}, [])
    assert "there is nothing to report" in said


def test_artifact_cannot_choose_another_pull_request(github: GitHub) -> None:
    github.world["pulls"].append(pull(8, head="acme/shop"))
    github.artifact(name="review-8")
    code, said = github.report()
    assert (code, github.world["comments"], github.world["sarifs"]) == (0, {}, [])
    assert "the check of pull request 7 has left no comment" in said


def test_two_pull_requests_of_one_branch_each_get_what_is_theirs(github: GitHub) -> None:
    github.world["pulls"].append(pull(8, base={"ref": "release", "repo": {"full_name": "acme/shop"}}))
    github.artifact(name="review-8")
    github.report()
    assert (github.bodies(7), github.bodies(8)) == ([], [TEXT])


def test_branch_with_a_name_that_would_be_a_query(github: GitHub) -> None:
    name = "a&state=closed#/../ü"
    github.event["workflow_run"]["head_branch"] = name
    github.world["pulls"][0]["head"]["ref"] = name
    github.artifact()
    assert github.report()[0] == 0
    assert github.bodies() == [TEXT]


def test_push_to_the_default_branch_updates_its_alerts(github: GitHub) -> None:
    github.event["workflow_run"] |= {
        "event": "push",
        "head_branch": "main",
        "head_repository": {"full_name": "acme/shop"},
    }
    github.artifact(name="review-branch")
    assert github.report()[0] == 0
    assert [each["ref"] for each in github.world["sarifs"]] == ["refs/heads/main"]
    assert github.world["comments"] == {}


@pytest.mark.parametrize(
    "run",
    [
        {"event": "push", "head_branch": "other", "head_repository": {"full_name": "acme/shop"}},
        {"event": "push", "head_branch": "main", "head_repository": {"full_name": "mallory/shop"}},
        {"event": "pull_request", "head_branch": "main", "head_repository": {"full_name": "mallory/shop"}},
        {"event": "pull_request", "head_repository": None},
        {"event": "workflow_dispatch", "head_branch": "main", "head_repository": {"full_name": "acme/shop"}},
    ],
)
def test_nothing_else_touches_the_alerts_of_the_default_branch(github: GitHub, run: dict[str, Any]) -> None:
    github.event["workflow_run"] |= run
    github.artifact(name="review-branch")
    assert github.report()[0] == 0
    assert github.world["sarifs"] == []


@pytest.mark.parametrize(
    ("answer", "code", "line"),
    [
        *(
            (off, 0, "::notice::SARIF: not uploaded, for code scanning is not enabled in this repository")
            for off in (
                OFF,
                OFF.replace("Code", "Advanced"),
                "gh: Code scanning is not enabled for this repository. (HTTP 403)",
            )
        ),
        (
            "gh: Resource not accessible by integration (HTTP 403)",
            1,
            "::error::gh: Resource not accessible by integration (HTTP 403)",
        ),
    ],
)
def test_refused_sarif_leaves_the_comment(github: GitHub, answer: str, code: int, line: str) -> None:
    github.world["no_code_scanning"] = answer
    github.artifact()
    found, said = github.report()
    assert (found, github.bodies(), said.splitlines()[-1]) == (code, [TEXT], line)


def test_check_that_could_not_judge_has_a_comment_and_no_alerts(github: GitHub) -> None:
    github.artifact({"comment.md": TEXT})
    assert github.report() == (
        0,
        "::notice::the comment of pull request 7 is created\n"
        "::notice::SARIF: there is none for refs/pull/7/head; its alerts stay as they are\n",
    )


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({"comment.md": b"x" * 300_001}, "comment.md in the artifact is larger"),
        ({"comment.md": "## all is well"}, "does not begin as the check's comments do"),
        *(
            ({"policy.sarif": content}, "::error::policy.sarif")
            for content in (
                "no json",
                "[]",
                json.dumps({"runs": []}),
                SARIF.replace('"Tealform"', '"CodeQL"'),
                SARIF.replace('"columnKind"', '"automationDetails": {"id": "codeql/"}, "columnKind"'),
                SARIF.replace('"tool": {', '"tool": {"extensions": [{"name": "CodeQL"}], '),
                json.dumps({"runs": json.loads(SARIF)["runs"] * 2}),
                "[" * 100_000,
            )
        ),
    ],
)
def test_files_that_are_refused(github: GitHub, files: dict[str, str | bytes], text: str) -> None:
    github.artifact(files)
    code, lines = github.report()
    assert (code, github.world["comments"], github.world["sarifs"]) == (1, {}, [])
    assert text in lines


def test_archive_that_is_too_large_is_not_even_downloaded(github: GitHub) -> None:
    github.artifact(size=20_000_001)
    assert github.report()[0] == 1
    assert not any(call.endswith("/zip") for call in github.world["calls"])


def test_archive_that_is_none(github: GitHub) -> None:
    github.artifact()
    (github.folder / "50.zip").write_bytes(b"PK no")
    code, said = github.report()
    assert code == 1
    assert "::error::the artifact cannot be read" in said


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_archive_that_is_broken_inside(method: int) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        archive.writestr("comment.md", f"{TEXT}{'x' * 1_000}")
    refused = 0
    for position in range(40, 80):
        broken = bytearray(written.getvalue())
        broken[position] ^= 0xFF
        try:
            artifact.read(bytes(broken))
        except ReportError:
            refused += 1
    assert refused


def test_paths_and_links_in_the_archive_lead_nowhere(github: GitHub, tmp_path: Path) -> None:
    link = zipfile.ZipInfo("policy.sarif")
    link.external_attr = 0o120777 << 16
    github.artifact({"comment.md": TEXT, "../escaped": "x", "/escaped": "x"})
    with zipfile.ZipFile(github.folder / "50.zip", "a") as archive:
        archive.writestr(link, "/etc/passwd")
    code, said = github.report()
    assert code == 1
    assert "policy.sarif is no SARIF" in said
    assert not list(tmp_path.rglob("escaped"))
    assert github.bodies() == [TEXT]


def test_expired_artifact_is_none(github: GitHub) -> None:
    github.artifact()
    github.world["artifacts"]["5"][0]["expired"] = True
    assert "has left no comment" in github.report()[1]


def test_without_gh(github: GitHub) -> None:
    code, said = github.report(PATH="")
    assert (code, said) == (1, "::error::gh is not installed; GitHub's own runners have it\n")


# What a pull request has written is shown, and does nothing.


def shown(text: str) -> str:
    return publish.sanitize(f"{MARKER}\n{text}".encode()).removeprefix(f"{MARKER}\n")


def test_what_the_check_writes_is_left_as_it_is() -> None:
    assert publish.sanitize(example().encode()) == example()


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("@acme/owners", "@\u200bacme/owners"),
        ("&#64;acme &commat;acme", "&amp;#\u200b64;acme &amp;commat;acme"),
        ("see #1, acme/shop#1, GH-1", "see #\u200b1, acme/shop#\u200b1, GH-\u200b1"),
        ("![x](https://a.example)", "!&#91;x&#93;(https:\u200b//a.example)"),
        ("[x][y]\n\n[y]: a.example", "&#91;x&#93;&#91;y&#93;\n\n&#91;y&#93;: a.example"),
        ("```mermaid\nclick a href '//a.example'\n```", f"{'&#96;' * 3}mermaid\nclick a href '//a.example'\n{'&#96;' * 3}"),
        ("~~~geojson", "&#126;&#126;&#126;geojson"),
        ("$x$ \\_", "&#36;x&#36; &#92;&#95;"),
        ("www.a.example", "www\u200b.a.example"),
        ("<img src=x onerror=y>", "&lt;img src=x onerror=y>"),
        ("<a href='https://x'>", "&lt;a href='https:\u200b//x'>"),
        (f"x\n{MARKER}", f"x\n&lt;{MARKER[1:]}"),
        ("<details open>", "&lt;details open>"),
        ("a\x00b\x1b[31m\u202ec\rd", "a b &#91;31m c d"),
        ("<details><summary>x</summary></details>", "<details><summary>x</summary></details>"),
        ("&#60;img&#62;", "&#60;img&#62;"),
    ],
)  # fmt: skip
def test_nothing_notifies_leads_anywhere_or_brings_anything_in(text: str, safe: str) -> None:
    assert shown(text) == safe


def test_bytes_that_are_no_text_are_no_obstacle() -> None:
    assert (
        publish.sanitize(MARKER.encode() + b"\n\xff\xfe")
        == f"{MARKER}\n\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"
    )


def test_it_is_cut_to_what_github_takes() -> None:
    said = shown("a line @x\n" * 20_000)
    assert 60_000 < len(said) <= 65_000
    assert said.endswith("\n\n*It is cut here, for it is too long.*\n")


@pytest.mark.parametrize("content", [b"", b"hello", f" {MARKER}\n".encode(), MARKER.encode() + b" x\n"])
def test_without_the_marker_on_its_first_line_it_is_none(content: bytes) -> None:
    with pytest.raises(ReportError):
        publish.sanitize(content)
