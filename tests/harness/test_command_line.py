"""The command line: which command does what, and what a mistake in using it looks like."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.__main__ import TERRAFORM, main
from tests.harness import projects


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


@pytest.mark.parametrize("arguments", [[], ["paln", "dev"], ["plan"], ["plan", "dev", "-detailed-exitcode"]])
def test_wrong_use_ends_with_exit_code_two(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
