"""What ``make drift`` says, understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from tealform.errors import TealformError
from tealform.review import synth_check
from tealform.review.synth_check import SynthCheck
from tests.inventory import ROOT

CHANGED = " M environments/dev/cdk.tf.json\n?? bootstrap/123456789012/cdk.tf.json"
DIFF = "--- a/environments/dev/cdk.tf.json\n+++ b/environments/dev/cdk.tf.json\n-one\n+two"


def make(folder: Path, script: str) -> None:
    (folder / "Makefile").write_text(f"drift:\n\t@{script}\n")


def look(folder: Path) -> tuple[SynthCheck, list[str]]:
    said: list[str] = []
    return synth_check.run(folder, said.append), said


def test_the_makefile_says_what_is_listened_for() -> None:
    recipe = (ROOT / "Makefile").read_text().split("\ndrift:")[1].split("\n\n")[0]
    assert synth_check.SENTENCE in recipe
    assert 'echo "$$changed"' in recipe


def test_none(tmp_path: Path) -> None:
    make(tmp_path, "echo written")
    assert look(tmp_path) == (SynthCheck(), [])


def test_files_are_named_and_differences_shown(tmp_path: Path) -> None:
    (tmp_path / "said").write_text(f"{DIFF}\n{CHANGED}\n")
    make(tmp_path, f'cat said; echo "{synth_check.SENTENCE}; commit it" >&2; exit 1')
    found, said = look(tmp_path)
    assert found == SynthCheck(files=("bootstrap/123456789012/cdk.tf.json", "environments/dev/cdk.tf.json"))
    assert said == [f"{DIFF}\n{CHANGED}"]


@pytest.mark.parametrize(
    ("changed", "file"),
    [
        (" M infra/environments/dev/cdk.tf.json", "environments/dev/cdk.tf.json"),
        ('?? "my infra/environments/dev/cdk.tf.json"', "environments/dev/cdk.tf.json"),
        ("?? infra/", "what make drift shows in the log of the check"),
    ],
)
def test_project_in_a_folder_of_the_repository(tmp_path: Path, changed: str, file: str) -> None:
    (tmp_path / "said").write_text(f"{changed}\n")
    make(tmp_path, f'cat said; echo "{synth_check.SENTENCE}; commit it" >&2; exit 1')
    assert look(tmp_path)[0] == SynthCheck(files=(file,))


def test_settings_with_mistakes_are_no_drift(tmp_path: Path) -> None:
    make(tmp_path, 'echo "environments/dev/environment.hcl:3: cpu: is wrong" >&2; exit 2')
    assert look(tmp_path)[0] == SynthCheck(errors=("environments/dev/environment.hcl:3: cpu: is wrong",))


def test_failure_without_a_word_is_no_success(tmp_path: Path) -> None:
    make(tmp_path, "exit 3")
    assert look(tmp_path)[0].errors == ("make drift failed without a word",)


def test_is_not_asked_with_the_options_of_the_make_that_runs_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAKEFLAGS", "n -- ENV=dev")
    monkeypatch.setenv("ENV", "dev")
    make(tmp_path, 'test -z "$(ENV)" || exit 1; touch ran')
    assert look(tmp_path) == (SynthCheck(), [])
    assert (tmp_path / "ran").exists()


def test_without_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TealformError, match="make is needed"):
        look(tmp_path)
