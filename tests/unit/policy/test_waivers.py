"""Waivers: what one may say, what it silences, and when it stops doing so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tealform.policy import waivers
from tealform.policy.rule import Finding

TODAY = date(2026, 6, 1)
LOGS = Finding("CKV_AWS_158", "Ensure logs are encrypted", "aws_cloudwatch_log_group.logs", "web/logs")
BUILD = Finding("CKV_AWS_158", "Ensure logs are encrypted", "aws_cloudwatch_log_group.build", "pipeline/web/logs")
PROVIDER = Finding("CKV_AWS_41", "Ensure no keys are in the provider", "provider.aws")


def waiver(check: str, resource: str, *, until: str = "2026-08-31", reason: str = "Holds no personal data") -> str:
    return f"""
waiver "{check}" "{resource}" {{
  reason = "{reason}"
  owner  = "web-team"
  until  = "{until}"
}}
"""


def _read(root: Path, text: str) -> tuple[list[waivers.Waiver], list[str]]:
    folder = root / "environments" / "dev"
    folder.mkdir(parents=True)
    (folder / "waivers.hcl").write_text(text)
    found, problems = waivers.read_waivers(folder.parent.parent, folder, TODAY)
    return found, [str(problem) for problem in problems]


def _apply(root: Path, text: str, *findings: Finding) -> waivers.WaiverResult:
    found, problems = _read(root, text)
    assert problems == []
    return waivers.apply_waivers(found, findings, TODAY)


def test_environment_without_waivers_has_none(tmp_path: Path) -> None:
    assert waivers.read_waivers(tmp_path, tmp_path, TODAY) == ([], [])


@pytest.mark.parametrize("resource", ["web/logs", "aws_cloudwatch_log_group.logs"])
def test_waiver_silences_the_finding_on_its_resource_only(tmp_path: Path, resource: str) -> None:
    outcome = _apply(tmp_path, waiver("CKV_AWS_158", resource), LOGS, BUILD)
    assert outcome.remaining == (BUILD,)
    assert [(finding, accepted.owner) for finding, accepted in outcome.waived] == [(LOGS, "web-team")]
    assert not outcome.lapsed
    assert not outcome.mistakes


TWIN = Finding(LOGS.check, LOGS.title, "aws_cloudwatch_log_group.twin", LOGS.path)
OTHER = Finding("CKV_AWS_66", "Ensure logs expire", LOGS.address, LOGS.path)


@pytest.mark.parametrize(
    ("waived", "findings", "remaining"),
    [
        pytest.param(["web/logs"], (LOGS, OTHER), (OTHER,), id="its check only"),
        pytest.param(["web/logs", "pipeline/web/logs"], (LOGS, BUILD), (), id="one check on several resources"),
        pytest.param(["web/logs"], (LOGS, TWIN), (TWIN,), id="two resources on one path need their addresses"),
    ],
)
def test_what_waivers_silence(
    tmp_path: Path, waived: list[str], findings: tuple[Finding, ...], remaining: tuple[Finding, ...]
) -> None:
    outcome = _apply(tmp_path, "".join(waiver("CKV_AWS_158", each) for each in waived), *findings)
    assert (outcome.remaining, outcome.lapsed, outcome.mistakes) == (remaining, (), ())


def test_what_has_no_path_is_not_waived_by_an_empty_one(tmp_path: Path) -> None:
    assert _apply(tmp_path, waiver("CKV_AWS_41", ""), PROVIDER).remaining == (PROVIDER,)


def test_unused_waiver_is_lapsed(tmp_path: Path) -> None:
    outcome = _apply(tmp_path, waiver("CKV_AWS_158", "web/gone"), LOGS)
    assert [str(problem) for problem in outcome.lapsed] == [
        "environments/dev/waivers.hcl:2: waiver.CKV_AWS_158.web/gone: matches no finding; remove it"
    ]


def test_waiver_holds_on_its_last_day(tmp_path: Path) -> None:
    outcome = _apply(tmp_path, waiver("CKV_AWS_158", "web/logs", until="2026-06-01"), LOGS)
    assert not outcome.remaining
    assert not outcome.lapsed


def test_expired_waiver_silences_nothing(tmp_path: Path) -> None:
    outcome = _apply(tmp_path, waiver("CKV_AWS_158", "web/logs", until="2026-05-31"), LOGS)
    assert outcome.remaining == (LOGS,)
    assert outcome.waived == ()
    assert ["waivers.hcl:2" in str(each) and "expired on 2026-05-31" in str(each) for each in outcome.lapsed] == [True]


def test_two_waivers_of_one_finding_are_a_mistake(tmp_path: Path) -> None:
    both = waiver("CKV_AWS_158", "web/logs") + waiver("CKV_AWS_158", "aws_cloudwatch_log_group.logs")
    outcome = _apply(tmp_path, both, LOGS)
    assert [str(problem) for problem in outcome.mistakes] == [
        "environments/dev/waivers.hcl:8: waiver.CKV_AWS_158.aws_cloudwatch_log_group.logs: "
        "waives the same finding as line 2; keep one"
    ]


@pytest.mark.parametrize(
    ("changes", "mistakes"),
    [
        ({"until": "2026-11-28"}, 0),
        ({"until": "2026-11-29"}, 1),
        ({"reason": "x" * 20}, 0),
        ({"reason": "x" * 19}, 1),
        ({"reason": " " * 9 + "x" + " " * 10}, 1),
    ],
    ids=["180 days", "181 days", "20 characters", "19 characters", "blanks"],
)
def test_waiver_reaches_180_days_and_has_a_reason_of_20_characters(
    tmp_path: Path, changes: dict[str, str], mistakes: int
) -> None:
    found, problems = _read(tmp_path, waiver("CKV_AWS_158", "web/logs", **changes))
    assert (len(found), len(problems)) == (1 - mistakes, mistakes)


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    found, problems = _read(
        tmp_path,
        """waiver "A" "x" {
  raeson = "Holds no personal data"
  owner  = ""
  until  = "31.12.2026"
}
waiver "A" "y" {
  reason = "short"
  owner  = var.owner
  until  = "2027-01-01"
}
waiver "A" "x" {}
waiver "B" {
  reason = "Holds no personal data"
}
waiver "C" {}
exception "D" "z" {}
"""
        + waiver("A", "good"),
    )
    assert [accepted.resource for accepted in found] == ["good"]
    known = "known here are owner, reason, until"
    shape = 'needs a second label: waiver "CKV_AWS_316" "path/of/the/resource" { reason, owner, until }'
    assert sorted(problem.removeprefix("environments/dev/waivers.hcl:") for problem in problems) == sorted(
        [
            "1: waiver.A.x.reason: is missing",
            f"2: waiver.A.x.raeson: unknown key; {known}",
            "3: waiver.A.x.owner: is empty; name the team or person who answers for it",
            '4: waiver.A.x.until: must be a date in quotes, like "2027-03-31"',
            "7: waiver.A.y.reason: needs at least 20 characters; say why the finding is acceptable",
            "8: waiver.A.y.owner: must be a literal value; variables, functions and ${…} are not evaluated here",
            "11: waiver.A.x: is given twice, first on line 1; keep one",
            f"13: waiver.B.reason: {shape}",
            f"15: waiver.C: {shape}",
            "16: exception: unknown key; only waiver blocks are known here",
        ]
    )


def test_file_that_is_not_hcl_is_one_mistake(tmp_path: Path) -> None:
    found, problems = _read(tmp_path, waiver("A", "x") + "waiver {{\n")
    assert found == []
    assert ["waivers.hcl:7: not valid HCL" in problem for problem in problems] == [True]
