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
DIAGNOSTIC = Diagnostic("error", ERROR["summary"], ERROR["detail"], "aws_vpc.main", "cdk.tf.json", 12)
DOCUMENT = json.dumps({"valid": False, "diagnostics": [ERROR]}, indent=2)
LINE = json.dumps({"type": "diagnostic", "diagnostic": ERROR})
AMONG_TEXT = f'{{"type": "version"}}\n\x1b[32mSuccessfully configured the backend!\x1b[0m\n{{ half a line\n{LINE}'


@pytest.mark.parametrize(
    ("output", "errors"),
    [
        pytest.param(DOCUMENT, "", id="the document of validate"),
        pytest.param(AMONG_TEXT, "", id="a line of another command, among plain text"),
        pytest.param(f"{LINE}\n{LINE}", "", id="the same line twice"),
        pytest.param(DOCUMENT, "Warning: no such file", id="a warning on standard error"),
    ],
)
def test_diagnostic_is_read_once(output: str, errors: str) -> None:
    assert diagnostics.parse(output, errors, failed=True) == (DIAGNOSTIC,)
    assert DIAGNOSTIC.message == 'Unsupported argument: No argument is named "colour".'


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ({"address": "aws_vpc.other"}, "aws_vpc.other"),
        ({"snippet": {"context": "resource.aws_vpc.main"}}, "aws_vpc.main"),
        ({"snippet": {"context": 'resource "aws_vpc" "main"'}}, "aws_vpc.main"),
        ({"snippet": {"context": "data.aws_region.here"}}, "data.aws_region.here"),
        ({"snippet": {"context": "output.url"}}, ""),
        ({"snippet": {"context": "terraform.backend.s3"}}, ""),
        ({"snippet": {"context": "resource.aws_lb.service-web_test-rule"}}, "aws_lb.service-web_test-rule"),
    ],
)
def test_address_is_its_own_or_in_the_context_of_the_snippet(entry: dict[str, Any], address: str) -> None:
    (only,) = diagnostics.parse(json.dumps({"diagnostic": ERROR | entry}), "", failed=True)
    assert only.address == address


BOX = "╷\n│ \x1b[31mError: \x1b[0mNo configuration files\n│ \n│ Plan requires configuration.\n╵\n"
WARNING = json.dumps({"diagnostic": ERROR | {"severity": "warning"}})


@pytest.mark.parametrize(
    ("output", "errors", "found"),
    [
        pytest.param(BOX, "", ["error: No configuration files"], id="a box"),
        pytest.param("", "Error: out of memory", ["error: out of memory"], id="standard error, the last resort"),
        pytest.param("", "out of memory", ["error: out of memory"], id="a single line"),
        pytest.param("", "", ["error: it failed and said nothing"], id="nothing"),
        pytest.param(
            f"{WARNING}\nkilled", "", ["warning: Unsupported argument", "error: killed"], id="after a warning"
        ),
    ],
)
def test_failure_without_a_diagnostic_is_an_error(output: str, errors: str, found: list[str]) -> None:
    parsed = diagnostics.parse(output, errors, failed=True)
    assert [f"{each.severity}: {each.summary}" for each in parsed] == found
    if output == BOX:
        assert "Plan requires configuration." in parsed[0].detail
    else:
        assert parsed[-1].message in found[-1], "a single line is not repeated"


def test_message_is_on_one_line() -> None:
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


def test_command_that_went_well_has_no_errors() -> None:
    assert diagnostics.parse("all is well", "", failed=False) == ()
