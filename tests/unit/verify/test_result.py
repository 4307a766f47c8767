from __future__ import annotations

import json

import pytest

from tealform_harness.verify.result import StageResult, Status, format_result, format_table, skip_stage, to_json
from tealform_harness.verify.run import exit_code

GOOD = StageResult("dev", "schema", "Terraform 1", "passed", 0.84, notes=("89 resources",))
BAD = StageResult("prod", "life", "Terraform 1", "failed", 2.0, findings=("the plan after apply is not empty",))
SKIPPED = [skip_stage("dev", stage, "the real provider", "there is no provider") for stage in ("apply", "release")]


def test_result_shows_time_notes_and_findings() -> None:
    assert list(format_result(GOOD)) == ["dev: schema: passed, 0.8 s (Terraform 1)", "    89 resources"]
    assert list(format_result(BAD))[1:] == ["  - the plan after apply is not empty"]


def test_table_ends_with_reasons_and_counts() -> None:
    *rows, reason, counts = format_table([GOOD, BAD, *SKIPPED])
    assert [row.split()[:3] for row in rows[1:3]] == [["dev", "schema", "passed"], ["prod", "life", "failed"]]
    assert reason == "skipped: apply, release: there is no provider"
    assert counts == "1 passed, 1 failed, 2 skipped"


def test_json_has_everything() -> None:
    good, open_ = json.loads(to_json([GOOD, SKIPPED[0]]))["results"]
    assert (good["seconds"], good["status"], good["notes"]) == (0.84, "passed", ["89 resources"])
    assert open_["findings"] == ["there is no provider"]


@pytest.mark.parametrize(
    ("results", "accepted", "expected"),
    [
        ([GOOD], ["passed", "skipped"], 0),
        ([GOOD, *SKIPPED], ["passed", "skipped"], 0),
        ([GOOD, *SKIPPED], ["passed"], 1),
        ([GOOD, BAD], ["passed", "skipped"], 1),
        (SKIPPED, ["passed", "skipped"], 1),
        ([skip_stage("prod", "schema", "Terraform 1", "out of reach"), GOOD], ["passed", "skipped"], 1),
    ],
    ids=[
        "passed",
        "skipped",
        "skipped, not accepted",
        "failed",
        "nothing passed",
        "one environment without a passed stage",
    ],
)
def test_exit_code(results: list[StageResult], accepted: list[Status], expected: int) -> None:
    assert exit_code(results, accepted) == expected
