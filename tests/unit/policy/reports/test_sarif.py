"""What GitHub's code scanning reads.

``sarif-schema-2.1.0.json`` is OASIS's own, as it stands in the repository oasis-tcs/sarif-spec at
Schemata/sarif-schema-2.1.0.json (SARIF 2.1.0 with errata 01). Copyright OASIS Open; OASIS's IPR policy lets it be copied
and used to implement the standard.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker

from tealform.policy.reports import sarif
from tealform.policy.result import GateResult
from tealform.policy.rule import Severity
from tests.unit.policy.reports.verdicts import (
    APPROVAL,
    BROKEN,
    CLEAN,
    DEV,
    OPEN_KEY,
    PROD,
    UNAPPROVED,
    lapsed,
    rule,
    told,
)

SCHEMA = json.loads((Path(__file__).parent / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))


def _run(*verdicts: GateResult) -> dict[str, Any]:
    [run] = json.loads(sarif.render(verdicts))["runs"]
    return dict(run)


def _results(*verdicts: GateResult) -> list[dict[str, Any]]:
    return list(_run(*verdicts)["results"])


@pytest.mark.parametrize(
    "verdicts",
    [
        pytest.param([CLEAN], id="clean"),
        pytest.param([DEV, PROD, CLEAN], id="findings"),
        pytest.param([DEV, BROKEN], id="broken"),
        pytest.param([], id="nothing"),
    ],
)
def test_log_is_valid_sarif(verdicts: Sequence[GateResult]) -> None:
    validator = Draft4Validator(SCHEMA, format_checker=FormatChecker())
    document = json.loads(sarif.render(verdicts))
    assert [error.message for error in validator.iter_errors(document)] == []
    assert (document["$schema"], document["version"]) == (SCHEMA["id"], "2.1.0")


def test_schema_refuses_what_is_no_sarif() -> None:
    document = json.loads(sarif.render([DEV]))
    document["runs"][0]["results"][0]["level"] = "critical"
    assert not Draft4Validator(SCHEMA).is_valid(document)


def test_result_points_at_the_line_that_mends_it() -> None:
    [result] = [each for each in _results(PROD) if each["ruleId"] == "TEAL_APPROVAL"]
    [location] = result["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {
        "uri": "environments/prod/environment.hcl",
        "uriBaseId": "%SRCROOT%",
    }
    assert location["physicalLocation"]["region"]["startLine"] == 33
    assert [each["fullyQualifiedName"] for each in location["logicalLocations"]] == [
        "prod/delivery-web/pipeline",
        "prod/aws_codepipeline.web",
    ]
    assert result["message"]["text"] == (
        "nobody approves. It is delivery-web/pipeline in prod, "
        "mended at service.web.release.approval in environments/prod/environment.hcl:33."
    )


def test_path_that_is_no_uri_is_written_as_one() -> None:
    found = told("dev", APPROVAL, "aws_codepipeline.web", file="environments/dev/my file.hcl")
    [result] = _results(replace(DEV, remaining=(found,)))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "environments/dev/my%20file.hcl"


def test_only_rules_with_results_are_told_and_results_name_theirs() -> None:
    run = _run(PROD, DEV)
    rules = run["tool"]["driver"]["rules"]
    assert [each["id"] for each in rules] == ["TEAL_APPROVAL", "TEAL_KEY", "TEAL_WAIVER"]
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])


def test_rule_says_why_and_how_to_mend_it() -> None:
    [said] = [each for each in _run(PROD)["tool"]["driver"]["rules"] if each["id"] == "TEAL_APPROVAL"]
    assert said["shortDescription"]["text"] == "TEAL_APPROVAL holds"
    assert said["fullDescription"]["text"] == "TEAL_APPROVAL matters"
    assert said["help"]["text"] == "mend TEAL_APPROVAL\nhttps://example.com/TEAL_APPROVAL"
    assert "mend TEAL_APPROVAL" in said["help"]["markdown"]
    assert said["helpUri"] == "https://example.com/TEAL_APPROVAL"


@pytest.mark.parametrize(
    ("severity", "level", "lowest", "highest"),
    [
        ("critical", "error", 9.0, 10),
        ("high", "error", 7, 8.9),
        ("medium", "warning", 4, 6.9),
        ("low", "note", 0.1, 3.9),
    ],
)
def test_severity_is_what_github_makes_of_it(severity: Severity, level: str, lowest: float, highest: float) -> None:
    verdict = replace(DEV, remaining=(told("dev", rule("TEAL_X", severity), "aws_vpc.main"),))
    [said] = _run(verdict)["tool"]["driver"]["rules"]
    assert (said["defaultConfiguration"]["level"], _results(verdict)[0]["level"]) == (level, level)
    assert isinstance(said["properties"]["security-severity"], str)
    assert lowest < float(said["properties"]["security-severity"]) <= highest
    assert "security" in said["properties"]["tags"]


def test_fingerprint_stays_when_lines_move_and_tells_resources_apart() -> None:
    def fingerprint(verdict: GateResult) -> list[str]:
        return [each["partialFingerprints"]["primaryLocationLineHash"] for each in _results(verdict)]

    moved = replace(OPEN_KEY, location=replace(OPEN_KEY.location, line=121))
    other = replace(OPEN_KEY, finding=replace(OPEN_KEY.finding, address="aws_kms_key.other"))
    before = fingerprint(replace(DEV, remaining=(OPEN_KEY,)))
    assert fingerprint(replace(DEV, remaining=(moved,))) == before
    assert len({*before, *fingerprint(replace(DEV, remaining=(other,)))}) == 2
    assert len(set(fingerprint(replace(DEV, remaining=(OPEN_KEY, moved))))) == 2, "two in one file are two alerts"


def test_what_is_waived_is_no_alert() -> None:
    assert [each["ruleId"] for each in _results(DEV)] == ["TEAL_KEY"]


def test_lapsed_waiver_is_an_alert_in_its_file() -> None:
    [result] = [each for each in _results(PROD) if each["ruleId"] == "TEAL_WAIVER"]
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "environments/prod/waivers.hcl"
    assert physical["region"]["startLine"] == 9
    assert result["message"]["text"] == "waiver.CKV_AWS_18.load-balancer/gone: matches no finding; remove it"


def test_lapsed_waivers_are_told_apart() -> None:
    two = replace(PROD, remaining=(), lapsed=(lapsed("prod", "a"), lapsed("prod", "b")))
    assert len({json.dumps(each["partialFingerprints"]) for each in _results(two)}) == 2


def test_broken_scan_never_looks_clean() -> None:
    run = _run(BROKEN)
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 2
    assert [each["message"]["text"] for each in invocation["toolExecutionNotifications"]] == [
        "prod: environments/prod/cdk.tf.json:7: is not JSON; run: tealform synth prod"
    ]
    [result] = run["results"]
    assert result["ruleId"] == "TEAL_GATE"
    physical = result["locations"][0]["physicalLocation"]
    assert (physical["artifactLocation"]["uri"], physical["region"]["startLine"]) == (
        "environments/prod/cdk.tf.json",
        7,
    )


@pytest.mark.parametrize(
    ("scope", "file"), [("prod", "environments/prod/cdk.tf.json"), ("artifacts", "artifacts/Dockerfile")]
)
def test_mistake_without_a_place_is_put_where_the_scope_is(scope: str, file: str) -> None:
    [result] = _results(GateResult(scope, {}, mistakes=("checkov looked at nothing",)))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == file


@pytest.mark.parametrize(
    ("mistake", "file"),
    [
        ("artifacts/app/logo.png: is a link that leads to no file of the project", "artifacts/app/logo.png"),
        ("environments/prod: TEAL_TAGS cannot judge provider.aws: 'tags'", "environments/prod/cdk.tf.json"),
    ],
)
def test_mistake_that_names_a_file_is_put_there(mistake: str, file: str) -> None:
    [result] = _results(GateResult("prod", {}, mistakes=(mistake,)))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == file


def test_nothing_judged_is_no_success() -> None:
    assert _run()["invocations"][0]["executionSuccessful"] is False


def test_clean_and_red_gates_have_run_to_their_end() -> None:
    assert _run(CLEAN)["invocations"] == [
        {"executionSuccessful": True, "exitCode": 0, "toolExecutionNotifications": []}
    ]
    assert _run(PROD)["invocations"][0]["executionSuccessful"] is True


def test_text_of_others_makes_no_link() -> None:
    found = replace(UNAPPROVED, finding=replace(UNAPPROVED.finding, message="[click](https://example.org)\nhere"))
    [result] = _results(replace(PROD, remaining=(found,), lapsed=()))
    assert result["message"]["text"].startswith("[click] (https://example.org) here. ")


def test_order_of_what_was_found_makes_no_difference() -> None:
    several = tuple(told("prod", APPROVAL, f"aws_codepipeline.{name}") for name in ("b", "a"))
    assert sarif.render([replace(PROD, remaining=several)]) == sarif.render([replace(PROD, remaining=several[::-1])])
