"""The command line: which command does what, and what a mistake in using it looks like."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tealform.cli.main import TERRAFORM, main
from tests import projects, sessions


@pytest.mark.parametrize("command", TERRAFORM)
def test_unknown_environment(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    projects.write(tmp_path, projects.GREETING)
    assert main(["--root", str(tmp_path), command, "dve"]) == 2
    assert capsys.readouterr().err == 'there is no environment "dve"; use dev\n'


def test_folder_outside_environments_is_none_of_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    projects.write(tmp_path, projects.GREETING)
    assert main(["--root", str(tmp_path), "plan", "../environments/dev"]) == 2


def test_environment_that_was_not_generated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "environments" / "dev"
    folder.mkdir(parents=True)
    (folder / "environment.hcl").touch()
    assert main(["--root", str(tmp_path), "plan", "dev"]) == 2
    assert capsys.readouterr().err == "environments/dev/cdk.tf.json does not exist; run: make synth ENV=dev\n"


def test_project_without_environments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(tmp_path), "plan", "dev"]) == 2
    assert "begin with environments/<name>/environment.hcl" in capsys.readouterr().err


def test_policy_without_checkov(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    projects.write(tmp_path, projects.GREETING)
    assert main(["--root", str(tmp_path), "policy", "dev"]) == 2
    assert "make policy installs checkov" in capsys.readouterr().err


def test_policy_without_a_name_takes_all_environments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    projects.write(tmp_path, projects.GREETING)
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
    for folder in ("programs", "scratch"):
        (tmp_path / folder).mkdir()
    (tmp_path / "programs" / "terraform").write_text(HANGS)
    (tmp_path / "programs" / "terraform").chmod(0o755)
    path = f"{tmp_path / 'programs'}{os.pathsep}{os.environ['PATH']}"
    variables = {"PATH": path, "TMPDIR": str(tmp_path / "scratch"), "BEGUN": str(tmp_path / "begun")}
    process = sessions.start(projects.command(tmp_path, "plan-offline", "dev"), {**os.environ, **variables})
    sessions.wait_for(tmp_path / "begun")
    os.kill(process.pid, number)
    # Whoever were left would keep the output open, so that it would not end.
    output, _ = process.communicate(timeout=20)
    assert (process.returncode, output) == (code, "")
    assert list((tmp_path / "scratch").iterdir()) == []


def test_ctrl_c_ends_both_runs_of_checkov_and_leaves_nothing(tmp_path: Path) -> None:
    projects.write(tmp_path, PINNED)
    (tmp_path / "scratch").mkdir()
    checkov = tmp_path / ".venv-checkov" / "bin" / "python"
    checkov.parent.mkdir(parents=True)
    checkov.write_text(
        f"#!/bin/sh\ncase $* in *secrets*) touch '{tmp_path}/texts';; *) touch '{tmp_path}/begun';; esac\nexec sleep 60\n"
    )
    checkov.chmod(0o755)
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
    ran = projects.run(tmp_path, "plan-offline", "dev", environment={**os.environ, "PYTHONIOENCODING": "ascii"})
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
