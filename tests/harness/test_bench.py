"""The verdict of the benchmark; the times themselves are for `make bench`."""

from pathlib import Path

import pytest

from harness import bench
from tests.inventory import ROOT


@pytest.mark.parametrize(("quick", "code"), [(2.0, 0), (2.5, 0), (2.6, 1)])
def test_more_than_a_quarter_of_the_time_is_a_failure(
    quick: float, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(source: str, root: Path) -> bench.Run:
        plain = source.startswith("import cdktf_cdktf_provider_aws")
        return bench.Run(10.0, 1000.0) if plain else bench.Run(quick, 100.0)

    monkeypatch.setattr(bench, "_run", run)
    assert bench.bench(ROOT) == code
    assert f"ratio: {quick / 10:.3f} of the time, 0.100 of the memory" in capsys.readouterr().out


def test_a_run_that_fails_is_no_measurement() -> None:
    with pytest.raises(SystemExit) as stopped:
        bench._run("raise SystemExit(1)", ROOT)
    assert stopped.value.code == 2
