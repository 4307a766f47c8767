"""The limits of the benchmarks; the times themselves are for `make bench`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tealform.errors import TealformError
from tests.inventory import ROOT
from tools import benchmark


@pytest.mark.parametrize(("tealform", "code"), [(2.0, 0), (2.5, 0), (2.6, 1)])
def test_more_than_a_quarter_of_the_time_is_a_failure(
    tealform: float, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(source: str, root: Path) -> benchmark.Run:
        plain = source.startswith("import cdktf_cdktf_provider_aws")
        return benchmark.Run(10.0, 1000.0) if plain else benchmark.Run(tealform, 100.0)

    monkeypatch.setattr(benchmark, "_run", run)
    assert benchmark.time_synthesis(ROOT) == code
    assert f"ratio: {tealform / 10:.3f} of the time, 0.100 of the memory" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("first", "again", "code"), [(4.0, 0.5, 0), (4.1, 0.5, 1), (4.0, 0.6, 1)], ids=["quick", "slow", "slow again"]
)
def test_too_many_times_checkovs_start_is_a_failure(
    first: float, again: float, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    took = iter([1.0, first, again] * 4)
    monkeypatch.setattr(benchmark, "_timed", lambda _: next(took))
    assert benchmark.time_gate(ROOT) == code


def test_a_run_that_fails_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        benchmark._run("raise SystemExit(1)", ROOT)
    assert stopped.value.code == 2
    (tmp_path / "environments").mkdir()
    with pytest.raises(TealformError, match="nothing to time:\nthere are no environments"):
        benchmark._gate(ROOT, tmp_path)
