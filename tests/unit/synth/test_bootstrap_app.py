"""From a project's folder to the files in it, and what is said on the way."""

from pathlib import Path

import pytest

from tealform.synth import app
from tests.unit.bootstrap.projects import ACCOUNT, OTHER, S3, shared, write

FILE = f"bootstrap/{ACCOUNT}/cdk.tf.json"


def test_a_file_is_written_once_and_the_next_step_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"dev": shared(S3), "prod": shared(S3)})
    assert app.run_bootstrap(tmp_path) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{FILE}: written",
        f"Next: make plan ENV=bootstrap/{ACCOUNT}, then make apply ENV=bootstrap/{ACCOUNT}",
    ]
    before = (tmp_path / FILE).read_bytes()
    assert app.run_bootstrap(tmp_path) == 0
    assert capsys.readouterr().out.startswith(f"{FILE}: unchanged\n")
    assert (tmp_path / FILE).read_bytes() == before
    assert [file.name for file in (tmp_path / FILE).parent.iterdir()] == ["cdk.tf.json"]


def test_where_nothing_needs_anything_it_says_what_to_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"dev": shared()})
    assert app.run_bootstrap(tmp_path) == 2
    assert 'state "s3" {}' in capsys.readouterr().err
    assert not (tmp_path / app.BOOTSTRAP_FOLDER).exists()


def test_a_project_without_environments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run_bootstrap(tmp_path) == 2
    assert capsys.readouterr().err == "there are no environments; write environments/<name>/environment.hcl\n"


def test_mistakes_are_told_and_other_accounts_get_theirs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = shared(S3, "disposible = true")
    write(tmp_path, {"dev": shared(S3), "test": broken, "prod": shared(S3, account=OTHER)})
    assert app.run_bootstrap(tmp_path) == 2
    said, wrong = capsys.readouterr()
    assert wrong.splitlines() == [
        'environments/test/environment.hcl:16: disposible: unknown key; did you mean "disposable"?',
        f"nothing is written for account {ACCOUNT}",
    ]
    assert said.splitlines()[0] == f"bootstrap/{OTHER}/cdk.tf.json: written"
    assert not (tmp_path / FILE).exists()


def test_nothing_is_written_while_an_environment_does_not_say_its_account(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"dev": shared(S3), "test": shared(S3).replace("project = ", "project ")})
    assert app.run_bootstrap(tmp_path) == 2
    assert "nothing is written" in capsys.readouterr().err
    assert not (tmp_path / app.BOOTSTRAP_FOLDER).exists()


def test_what_no_environment_needs_any_more_is_left_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"dev": shared(S3), "prod": shared(S3, account=OTHER)})
    app.run_bootstrap(tmp_path)
    write(tmp_path, {"dev": shared()})
    capsys.readouterr()
    assert app.run_bootstrap(tmp_path) == 0
    assert capsys.readouterr().err == (
        f"bootstrap/{ACCOUNT}: no environment needs it any more; make destroy ENV=bootstrap/{ACCOUNT}, then remove the folder\n"
    )
    assert (tmp_path / FILE).exists()


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"dev": shared(S3)})
    (tmp_path / app.BOOTSTRAP_FOLDER).write_text("in the way", encoding="utf-8")
    assert app.run_bootstrap(tmp_path) == 2
    assert capsys.readouterr().err == f"{FILE}: cannot be written: Not a directory; it is as it was\n"
