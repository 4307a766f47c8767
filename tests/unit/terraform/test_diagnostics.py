from __future__ import annotations

import json
from typing import Any

import pytest

from tealform.terraform import diagnostics
from tealform.terraform.diagnostics import Diagnostic

ERROR: dict[str, Any] = {
    "severity": "error",
    "summary": "Unsupported argument",
    "detail": 'No argument is named\n"colour".',
    "range": {"filename": "cdk.tf.json", "start": {"line": 12, "column": 3}},
    "snippet": {"context": "resource.aws_vpc.main", "code": "x"},
}


def test_document_of_validate_is_read() -> None:
    (only,) = diagnostics.parse(json.dumps({"valid": False, "diagnostics": [ERROR]}, indent=2), "", failed=True)
    assert only == Diagnostic("error", ERROR["summary"], ERROR["detail"], "aws_vpc.main", "cdk.tf.json", 12)
    assert only.message == 'Unsupported argument: No argument is named "colour".'


def test_lines_of_other_commands_are_read_among_plain_text() -> None:
    lines = [
        json.dumps({"type": "version", "terraform": "1.11.4"}),
        "\x1b[32mSuccessfully configured the backend!\x1b[0m",
        "{ half a line",
        json.dumps({"type": "diagnostic", "diagnostic": ERROR | {"address": "aws_vpc.other"}}),
    ]
    (only,) = diagnostics.parse("\n".join(lines), "", failed=True)
    assert only.address == "aws_vpc.other"


def test_same_complaint_is_told_once() -> None:
    line = json.dumps({"type": "diagnostic", "diagnostic": ERROR})
    assert len(diagnostics.parse(f"{line}\n{line}", "", failed=True)) == 1


@pytest.mark.parametrize(
    ("context", "address"),
    [
        ("resource.aws_vpc.main", "aws_vpc.main"),
        ('resource "aws_vpc" "main"', "aws_vpc.main"),
        ("data.aws_region.here", "data.aws_region.here"),
        ("output.url", ""),
        ("terraform.backend.s3", ""),
        ("resource.aws_lb_listener_rule.service-web_target-groups_test-rule", "aws_lb_listener_rule.service-web_target-groups_test-rule"),
    ],
)  # fmt: skip
def test_address_is_taken_from_the_context_of_the_snippet(context: str, address: str) -> None:
    entry = ERROR | {"snippet": {"context": context}}
    (only,) = diagnostics.parse(json.dumps({"diagnostic": entry}), "", failed=True)
    assert only.address == address


def test_failure_in_plain_words_is_an_error() -> None:
    output = "╷\n│ \x1b[31mError: \x1b[0mNo configuration files\n│ \n│ Plan requires configuration.\n╵\n"
    (only,) = diagnostics.parse(output, "", failed=True)
    assert (only.severity, only.summary) == ("error", "No configuration files")
    assert "Plan requires configuration." in only.detail


def test_words_on_standard_error_do_not_spoil_the_document() -> None:
    (only,) = diagnostics.parse(json.dumps({"diagnostics": [ERROR]}, indent=2), "Warning: no such file", failed=True)
    assert only.summary == "Unsupported argument"


def test_words_on_standard_error_are_the_last_resort() -> None:
    (only,) = diagnostics.parse("", "Error: out of memory", failed=True)
    assert only.summary == "out of memory"


def test_single_word_is_told_once_and_on_one_line() -> None:
    (only,) = diagnostics.parse("", "out of memory", failed=True)
    assert only.message == "out of memory"
    assert Diagnostic("error", "not valid,\nas described below").message == "not valid, as described below"


@pytest.mark.parametrize(
    ("detail", "out_of_reach"),
    [
        ("Get https://registry.terraform.io/: dial tcp: lookup registry.terraform.io: no such host", True),
        ("provider registry registry.terraform.io does not have a provider named hashicorp/odd", False),
    ],
)
def test_what_cannot_be_reached_is_told_from_what_is_wrong(detail: str, out_of_reach: bool) -> None:
    assert Diagnostic("error", "Failed to query available provider packages", detail).out_of_reach is out_of_reach


def test_failure_without_a_word_is_an_error() -> None:
    assert [each.severity for each in diagnostics.parse("", "", failed=True)] == ["error"]


def test_warning_does_not_hide_a_failure() -> None:
    warning = json.dumps({"diagnostic": ERROR | {"severity": "warning"}})
    severities = [each.severity for each in diagnostics.parse(f"{warning}\nkilled", "", failed=True)]
    assert severities == ["warning", "error"]


def test_command_that_went_well_has_no_errors() -> None:
    assert diagnostics.parse("all is well", "", failed=False) == ()
