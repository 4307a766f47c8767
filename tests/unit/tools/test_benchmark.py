"""The verdict of the benchmark; the times themselves are for `make bench`."""

from pathlib import Path

import pytest

from tests.inventory import ROOT
from tools import benchmark


@pytest.mark.parametrize(("quick", "code"), [(2.0, 0), (2.5, 0), (2.6, 1)])
def test_more_than_a_quarter_of_the_time_is_a_failure(
    quick: float, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(source: str, root: Path) -> benchmark.Run:
        plain = source.startswith("import cdktf_cdktf_provider_aws")
        return benchmark.Run(10.0, 1000.0) if plain else benchmark.Run(quick, 100.0)

    monkeypatch.setattr(benchmark, "_run", run)
    assert benchmark.bench(ROOT) == code
    assert f"ratio: {quick / 10:.3f} of the time, 0.100 of the memory" in capsys.readouterr().out


def test_a_run_that_fails_is_no_measurement() -> None:
    with pytest.raises(SystemExit) as stopped:
        benchmark._run("raise SystemExit(1)", ROOT)
    assert stopped.value.code == 2
