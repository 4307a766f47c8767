from __future__ import annotations

import json

from tealform_harness.verify import report
from tealform_harness.verify.result import Verdict, not_proved
from tealform_harness.verify.run import exit_code

GOOD = Verdict("dev", "schema", "Terraform 1", "proved", 0.84, notes=("89 resources",))
BAD = Verdict("prod", "life", "Terraform 1", "refuted", 2.0, findings=("the plan after apply is not empty",))
OPEN = [not_proved("dev", claim, "the real provider", "there is no provider") for claim in ("apply", "release")]


def test_verdict_is_told_with_time_notes_and_findings() -> None:
    assert list(report.live(GOOD)) == ["dev: schema: proved, 0.8 s (Terraform 1)", "    89 resources"]
    assert list(report.live(BAD))[1:] == ["  - the plan after apply is not empty"]


def test_table_ends_with_what_was_not_proved_and_the_counts() -> None:
    *rows, reason, counts = report.table([GOOD, BAD, *OPEN])
    assert [row.split()[:3] for row in rows[1:3]] == [["dev", "schema", "proved"], ["prod", "life", "refuted"]]
    assert reason == "not proved: apply, release: there is no provider"
    assert counts == "1 proved, 1 refuted, 2 not proved"


def test_json_holds_everything() -> None:
    good, open_ = json.loads(report.as_json([GOOD, OPEN[0]]))["verdicts"]
    assert (good["seconds"], good["result"], good["notes"]) == (0.84, "proved", ["89 resources"])
    assert open_["findings"] == ["there is no provider"]


def test_claims_that_are_not_accepted_fail() -> None:
    assert exit_code([GOOD, *OPEN], ["proved", "not proved"]) == 0
    assert exit_code([GOOD, *OPEN], ["proved"]) == 1
    assert exit_code([GOOD, BAD], ["proved", "not proved"]) == 1


def test_environment_of_which_nothing_was_proved_fails() -> None:
    assert exit_code([GOOD], ["proved", "not proved"]) == 0
    assert exit_code(OPEN, ["proved", "not proved"]) == 1
    assert exit_code([not_proved("prod", "schema", "Terraform 1", "out of reach"), GOOD], ["proved", "not proved"]) == 1
