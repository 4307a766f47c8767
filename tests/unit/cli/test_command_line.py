"""The command line: which command does what, and what a mistake in using it looks like."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tealform.cli.main import TERRAFORM, main
from tests import projects, sessions, support


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        *(([command, "dve"], 'there is no environment "dve"; use dev\n') for command in TERRAFORM),
        (["plan", "../environments/dev"], 'there is no environment "../environments/dev"; use dev\n'),
        (["plan", "new"], "environments/new/cdk.tf.json does not exist; run: tealform synth new\n"),
    ],
)
def test_mistake_is_an_error_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    projects.write(tmp_path, projects.GREETING)
    if "new" in arguments:
        (tmp_path / "environments" / "new").mkdir()
        (tmp_path / "environments" / "new" / "environment.hcl").touch()
    assert main(["--root", str(tmp_path), *arguments]) == 2
    assert capsys.readouterr().err == message


def test_project_without_environments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(tmp_path), "plan", "dev"]) == 2
    assert "begin with environments/<name>/environment.hcl" in capsys.readouterr().err


def test_policy_without_a_cache_that_can_be_written(
    tmp_path: Path, own_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    projects.write(tmp_path, projects.GREETING)
    own_cache.rmdir()
    own_cache.touch()
    assert main(["--root", str(tmp_path), "policy", "dev"]) == 2
    assert capsys.readouterr().err == (
        f"{own_cache}: the cache cannot be written: File exists; set TEALFORM_CACHE to a folder that can be written\n"
    )


def test_policy_without_a_name_takes_all_environments(
    tmp_path: Path, own_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    projects.write(tmp_path, projects.GREETING)
    support.write_checkov(own_cache, "exit 2")
    main(["--root", str(tmp_path), "policy"])
    assert capsys.readouterr().out.startswith("policy: scanning dev with checkov")


@pytest.mark.parametrize("arguments", [[], ["paln", "dev"], ["plan"], ["policy", "dev", "-detailed-exitcode"]])
def test_wrong_use_ends_with_exit_code_two(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2


PINNED = {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "6.25.0"}}}}
HANGS = """#!/bin/sh
[ "$1" = version ] && { echo '{"terraform_version": "1.11.4"}'; exit; }
touch "$BEGUN"
exec sleep 60
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signal_ends_everything_and_leaves_nothing(tmp_path: Path, number: signal.Signals, code: int) -> None:
    projects.write(tmp_path, PINNED)
    (tmp_path / "scratch").mkdir()
    projects.write_program(tmp_path / "programs" / "terraform", HANGS)
    path = f"{tmp_path / 'programs'}{os.pathsep}{os.environ['PATH']}"
    variables = {"PATH": path, "TMPDIR": str(tmp_path / "scratch"), "BEGUN": str(tmp_path / "begun")}
    process = sessions.start(projects.command(tmp_path, "plan", "--offline", "dev"), {**os.environ, **variables})
    sessions.wait_for(tmp_path / "begun")
    os.kill(process.pid, number)
    # Whoever were left would keep the output open, so that it would not end.
    output, _ = process.communicate(timeout=20)
    assert (process.returncode, output) == (code, "")
    assert list((tmp_path / "scratch").iterdir()) == []


def test_ctrl_c_ends_both_runs_of_checkov_and_leaves_nothing(tmp_path: Path, own_cache: Path) -> None:
    projects.write(tmp_path, PINNED)
    (tmp_path / "scratch").mkdir()
    begun = f"case $* in *secrets*) touch '{tmp_path}/texts';; *) touch '{tmp_path}/begun';; esac"
    support.write_checkov(own_cache, f"{begun}\nexec sleep 60")
    variables = {"TMPDIR": str(tmp_path / "scratch")}
    process = sessions.start(projects.command(tmp_path, "policy"), {**os.environ, **variables})
    for begun in ("begun", "texts"):
        sessions.wait_for(tmp_path / begun)
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert output == "policy: scanning dev with checkov, about ten seconds\n"
    assert list((tmp_path / "scratch").iterdir()) == []


def test_words_that_the_output_cannot_hold_are_no_obstacle(tmp_path: Path) -> None:
    projects.write(tmp_path, PINNED | {"output": {"größe": {"value": 1}}})
    ran = projects.run(tmp_path, "plan", "--offline", "dev", environment={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (ran.returncode, ran.stderr) == (0, "")
    assert r"  gr\xf6\xdfe: unset -> 1" in ran.stdout


def test_error_of_the_system_about_no_file_is_told_plainly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tealform.policy.gate.check", full)
    assert main(["--root", str(tmp_path), "policy"]) == 2
    assert capsys.readouterr().err == "No space left on device\n"


def test_missing_requirements_of_the_harness_name_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    projects.write(tmp_path, projects.GREETING)
    for name in [each for each in sys.modules if each.startswith("tealform_harness") or each == "grpc"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "grpc", None)
    assert main(["--root", str(tmp_path), "plan", "--offline", "dev"]) == 2
    assert "grpc" in (said := capsys.readouterr().err)
    assert said.endswith("; run: pip install 'tealform[verify]'\n")
