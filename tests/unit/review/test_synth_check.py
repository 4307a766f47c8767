from __future__ import annotations

from pathlib import Path

import pytest

from tealform.errors import TealformError
from tealform.review import synth_check
from tealform.review.synth_check import SynthCheck
from tests.inventory import ROOT

_CHANGED = " M environments/dev/cdk.tf.json\n?? bootstrap/123456789012/cdk.tf.json"
_DIFF = "--- a/environments/dev/cdk.tf.json\n+++ b/environments/dev/cdk.tf.json\n-one\n+two"
_DIFFERS = f'cat said; echo "{synth_check.SENTENCE}; commit it" >&2; exit 1'


def _run(folder: Path, script: str, output: str = "") -> tuple[SynthCheck, list[str]]:
    (folder / "Makefile").write_text(f"drift:\n\t@{script}\n")
    (folder / "said").write_text(f"{output}\n")
    echoed: list[str] = []
    return synth_check.run(folder, echoed.append), echoed


def test_the_makefile_says_what_is_expected() -> None:
    recipe = (ROOT / "Makefile").read_text().split("\ndrift:")[1].split("\n\n")[0]
    assert synth_check.SENTENCE in recipe
    assert 'echo "$$changed"' in recipe


def test_differences_are_echoed(tmp_path: Path) -> None:
    found, echoed = _run(tmp_path, _DIFFERS, f"{_DIFF}\n{_CHANGED}")
    assert found == SynthCheck(files=("bootstrap/123456789012/cdk.tf.json", "environments/dev/cdk.tf.json"))
    assert echoed == [f"{_DIFF}\n{_CHANGED}"]


@pytest.mark.parametrize(
    ("script", "output", "expected"),
    [
        pytest.param("echo written", "", SynthCheck(), id="up to date"),
        # The project may be in a folder of the repository.
        *(
            (_DIFFERS, changed, SynthCheck(files=(file,)))
            for changed, file in (
                (" M infra/environments/dev/cdk.tf.json", "environments/dev/cdk.tf.json"),
                ('?? "my infra/environments/dev/cdk.tf.json"', "environments/dev/cdk.tf.json"),
                ("?? infra/", "what make drift shows in the log of the check"),
            )
        ),
        pytest.param(
            'echo "environments/dev/environment.hcl:3: cpu: is wrong" >&2; exit 2',
            "",
            SynthCheck(errors=("environments/dev/environment.hcl:3: cpu: is wrong",)),
            id="invalid settings",
        ),
        pytest.param("exit 3", "", SynthCheck(errors=("make drift failed without a word",)), id="no message"),
    ],
)
def test_result(tmp_path: Path, script: str, output: str, expected: SynthCheck) -> None:
    assert _run(tmp_path, script, output)[0] == expected


def test_output_of_an_up_to_date_check_is_not_echoed(tmp_path: Path) -> None:
    assert _run(tmp_path, "echo written") == (SynthCheck(), [])


def test_is_not_asked_with_the_options_of_the_make_that_runs_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAKEFLAGS", "n -- ENV=dev")
    monkeypatch.setenv("ENV", "dev")
    assert _run(tmp_path, 'test -z "$(ENV)" || exit 1; touch ran') == (SynthCheck(), [])
    assert (tmp_path / "ran").exists()


def test_without_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TealformError, match="make is needed"):
        synth_check.run(tmp_path, print)
