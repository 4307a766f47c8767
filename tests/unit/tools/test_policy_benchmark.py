"""The verdict of the gate's benchmark; the times themselves are for `make bench`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tealform.errors import TealformError
from tests.inventory import ROOT
from tools import policy_benchmark


@pytest.mark.parametrize(
    ("first", "again", "code"), [(4.0, 0.5, 0), (4.1, 0.5, 1), (4.0, 0.6, 1)], ids=["quick", "slow", "slow again"]
)
def test_too_many_times_checkovs_start_is_a_failure(
    first: float, again: float, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    took = iter([1.0, first, again] * 4)
    monkeypatch.setattr(policy_benchmark, "_timed", lambda _: next(took))
    assert policy_benchmark.bench(ROOT) == code


def test_a_gate_that_does_not_pass_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(TealformError, match="nothing to time:\nenvironments/ holds nothing to check"):
        policy_benchmark._gate(ROOT, tmp_path)
