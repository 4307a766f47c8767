"""What a pull request is held against, and what is said if that cannot be found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tealform.errors import TealformError
from tealform.review import merge_base
from tests.unit.review import pull_request
from tests.unit.review.pull_request import PullRequest, document, git


def message(root: Path, name: str) -> str:
    with pytest.raises(TealformError) as raised:
        merge_base.find(root, name)
    return str(raised.value)


def test_is_where_the_branch_began_whatever_came_after_that(request_: PullRequest) -> None:
    request_.write("dev", document("dev"))
    request_.begin()
    began = git(request_.root, "rev-parse", "HEAD")
    request_.commit()
    git(request_.root, "switch", "--quiet", "main")
    request_.write("later", document("later"))
    request_.commit()
    git(request_.root, "switch", "--quiet", "change")
    found = merge_base.find(request_.root, "main")
    assert (found.commit, str(found)) == (began, f"main ({began[:12]})")


def test_of_the_merge_that_github_checks_out_it_is_what_it_is_merged_into(request_: PullRequest) -> None:
    request_.write("dev", document("dev"))
    request_.begin()
    request_.write("new", document("new"))
    request_.commit()
    git(request_.root, "switch", "--quiet", "main")
    request_.write("later", document("later"))
    request_.commit()
    target = git(request_.root, "rev-parse", "HEAD")
    git(request_.root, "merge", "--quiet", "--no-ff", "--message", "x", "change")
    found = merge_base.find(request_.root, "HEAD^1")
    assert found.commit == target
    assert {file.split("/")[1] for file in merge_base.changed(request_.root, found)} == {"new"}
    assert merge_base.changed(request_.root, merge_base.find(request_.root, "HEAD")) == []


def test_unknown_branch_of_a_remote_says_how_to_fetch_it(request_: PullRequest) -> None:
    request_.begin()
    git(request_.root, "remote", "add", "origin", "nowhere")
    said = message(request_.root, "origin/main")
    assert 'BASE: "origin/main" is no commit that is known here' in said
    assert "git fetch origin main:refs/remotes/origin/main" in said
    assert "fetch-depth: 0" in said


@pytest.mark.parametrize("name", ["nowhere", "", "--output=x", "HEAD:environments", "main..HEAD", "^main", "HEAD^!"])
def test_what_is_no_commit_is_no_base(request_: PullRequest, name: str) -> None:
    request_.begin()
    assert f'BASE: "{name}" is no commit' in message(request_.root, name)


def test_shallow_checkout_says_how_to_get_the_rest(request_: PullRequest, tmp_path: Path) -> None:
    request_.begin()
    request_.commit()
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth", "1", "--no-single-branch", f"file://{request_.root}", str(clone))
    assert "git fetch --unshallow" in message(clone, "origin/main")


def test_histories_with_nothing_in_common(request_: PullRequest) -> None:
    request_.begin()
    git(request_.root, "switch", "--quiet", "--orphan", "other")
    request_.commit()
    assert "has no commit in common" in message(request_.root, "main")


def test_no_checkout_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert "not a git repository" in message(tmp_path, "main")


def test_checkout_without_a_commit(tmp_path: Path) -> None:
    assert "git has no commit to look at here" in message(pull_request.create(tmp_path / "empty").root, "main")


def test_without_git(request_: PullRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(request_.root))
    assert message(request_.root, "main") == "git is needed to see what a pull request changes, and is not installed"


def test_project_in_a_folder_of_a_larger_repository(request_: PullRequest, tmp_path: Path) -> None:
    inner = PullRequest(request_.root / "infrastructure")
    inner.root.mkdir()
    inner.write("dev", document("dev", aws_vpc={"main": {"cidr_block": "10.0.0.0/16"}}))
    request_.write("outer", document("outer"))
    request_.begin()
    inner.write("dev", document("dev"))
    request_.write("outer", document("outer", aws_vpc={"x": {}}))
    found = merge_base.find(inner.root, "main")
    merge_base.export(inner.root, found, tmp_path)
    assert [each.name for each in (tmp_path / "environments").iterdir()] == ["dev"]
    assert "10.0.0.0/16" in (tmp_path / "environments" / "dev" / "cdk.tf.json").read_text()
    assert merge_base.changed(inner.root, found) == ["environments/dev/cdk.tf.json"]


def test_what_is_exported_is_what_was_committed_to_the_byte(request_: PullRequest, tmp_path: Path) -> None:
    program = bytes(range(256))
    request_.write("dev", document("dev"))
    (request_.root / "environments" / "dev" / "smoke-test.zip").write_bytes(program)
    (request_.root / ".gitattributes").write_text("* text=auto eol=crlf\nenvironments export-ignore\n")
    (request_.root / "secret").write_text("x")
    (request_.root / "environments" / "dev" / "link").symlink_to("/etc/passwd")
    request_.begin()
    before = tmp_path / "before"
    before.mkdir()
    merge_base.export(request_.root, merge_base.find(request_.root, "main"), before)
    folder = before / "environments" / "dev"
    assert (folder / "smoke-test.zip").read_bytes() == program
    assert b"\r" not in (folder / "environment.hcl").read_bytes()
    assert not (before / "secret").exists()
    assert not (folder / "link").is_symlink()
