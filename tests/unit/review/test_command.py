"""The command, as people and CI servers type it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tealform.cli.main import main
from tests.inventory import ROOT
from tests.unit.review.requests import PullRequest, document


def test_project_where_nothing_is_installed_says_so_and_leaves_a_comment(
    request_: PullRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    request_.write("dev", document("dev"))
    request_.begin()
    assert main(["--root", str(request_.root), "pr-check"]) == 2
    said = capsys.readouterr()
    assert said.err == ""
    assert "make policy installs checkov" in said.out
    assert 'BASE: "origin/main" is no commit' in said.out
    comment = (request_.root / ".cache" / "pr-check" / "comment.md").read_text()
    assert "## Tealform: it could not be judged" in comment


def test_reports_go_where_they_are_wanted(request_: PullRequest, tmp_path: Path) -> None:
    request_.begin()
    main(["--root", str(request_.root), "pr-check", "--base", "main", "--out", str(tmp_path / "a" / "b")])
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
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    python.chmod(0o755)
    installed = [f"--old-file={each}" for each in (".venv/.run", ".venv-checkov/.installed")]
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
    assert ran.stdout.splitlines() == ["-m", "tealform", "pr-check", f"--base={base}"]
    assert [file.name for file in tmp_path.iterdir()] == ["python"]
