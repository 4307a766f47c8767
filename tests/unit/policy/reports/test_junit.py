"""What CI servers show as tests."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from tealform.policy.reports import junit
from tealform.policy.result import GateResult
from tests.unit.policy.reports.verdicts import BROKEN, CLEAN, DEV, PROD, UNAPPROVED


def _suites(*verdicts: GateResult) -> dict[str, ElementTree.Element]:
    return {suite.attrib["name"]: suite for suite in ElementTree.fromstring(junit.render(verdicts))}


def _cases(suite: ElementTree.Element, kind: str) -> dict[str, str]:
    found = {case.attrib["name"]: case.find(kind) for case in suite}
    return {name: result.attrib["message"] for name, result in found.items() if result is not None}


def test_each_scope_is_a_suite_and_each_rule_that_judged_something_a_case() -> None:
    suite = _suites(CLEAN)["staging"]
    assert [(case.attrib["name"], len(case)) for case in suite] == [("TEAL_APPROVAL", 0), ("TEAL_KEY", 0)]
    assert suite[0].attrib["classname"] == "policy.staging"


def test_finding_fails_with_what_mends_it() -> None:
    suite = _suites(PROD)["prod"]
    assert _cases(suite, "failure")["TEAL_APPROVAL delivery-web/pipeline"] == "nobody approves"
    [failure] = [each for each in suite.iter("failure") if each.text]
    assert failure.attrib["type"] == "high"
    assert str(failure.text).splitlines() == [
        "why: TEAL_APPROVAL matters",
        "fix: mend TEAL_APPROVAL",
        "mended at: service.web.release.approval in environments/prod/environment.hcl:33",
        "link: https://example.com/TEAL_APPROVAL",
    ]


def test_rule_that_found_something_has_not_passed() -> None:
    passed = [case.attrib["name"] for case in _suites(PROD)["prod"] if not len(case)]
    assert passed == ["TEAL_KEY"]


def test_waived_finding_is_skipped_with_the_reason() -> None:
    assert _cases(_suites(DEV)["dev"], "skipped") == {
        "CKV_AWS_144 artifacts/bucket": "waived until 2027-04-30 by web-team: Artifacts can be built again."
    }


def test_lapsed_waiver_fails() -> None:
    [message] = [text for name, text in _cases(_suites(PROD)["prod"], "failure").items() if "waivers.hcl:9" in name]
    assert message == "matches no finding; remove it"


def test_what_could_not_be_judged_is_an_error() -> None:
    assert list(_cases(_suites(BROKEN)["prod"], "error").values()) == list(BROKEN.mistakes)


def test_counts_are_those_of_the_cases_and_no_time_is_told() -> None:
    root = ElementTree.fromstring(junit.render([DEV, PROD, replace(BROKEN, scope="staging")]))
    assert root.attrib == {"name": "policy", "tests": "8", "failures": "3", "errors": "1", "skipped": "3"}
    assert sum(len(suite) for suite in root) == 8
    assert not [element for element in root.iter() if "time" in element.attrib or "timestamp" in element.attrib]


def test_characters_that_xml_does_not_know_do_not_break_it() -> None:
    found = replace(UNAPPROVED.finding, message="a\x00\x1b\ud800\uffffb <&>")
    suite = _suites(replace(PROD, remaining=(replace(UNAPPROVED, finding=found),)))["prod"]
    assert _cases(suite, "failure")["TEAL_APPROVAL delivery-web/pipeline"] == "a b <&>"
