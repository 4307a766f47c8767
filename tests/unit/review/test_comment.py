"""The comment: all that a pull request brings is shown as text, and it fits."""

from __future__ import annotations

import json
import re

import pytest

from tealform.review.report.artifact import MARKER
from tests.unit.review.pull_request import PullRequest, document, resource

EVIL = f"@acme/owners #1 | `x` </details><img src=y> {MARKER} [a](https://b.example) *c*\n\n- d\r\x1b[31m"


def evil(request: PullRequest) -> None:
    """Whatever a pull request can name says the same."""
    request.write("dev", document("dev"))
    request.begin()
    request.write(
        "dev",
        document("dev", aws_vpc={"main": {}}) | {"resource": {"aws_vpc": {"x": resource(f"dev/{EVIL}", name=EVIL)}}},
        found=[["TEAL_A", EVIL, EVIL]],
        waivers=f'waiver "TEAL_B" {json.dumps(EVIL)} {{\n  reason = {json.dumps("because " + EVIL)}\n'
        f'  owner = "@acme"\n  until = "2026-12-31"\n}}\n',
    )
    request.write("e|vil @acme", document("x"))


def test_nothing_that_a_pull_request_brings_does_anything(request_: PullRequest) -> None:
    evil(request_)
    assert request_.check() == 1
    text = request_.comment
    assert text.count(MARKER) == 1
    assert text.startswith(f"{MARKER}\n")
    assert not re.search(r"[@#]\w|://|]\(|`", re.sub(r"&#\d+;", "", text))
    assert set(re.findall(r"<[^>]*>", text.removeprefix(MARKER))) == {
        "<details>", "<summary>", "</summary>", "</details>"
    }  # fmt: skip
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)
    lines = text.splitlines()
    assert all(re.match(r"$|#|\||- |  - |<", line) for line in lines), lines
    assert all(line.count("|") == 3 for line in lines if line.startswith("|"))
    assert "waiver of TEAL" in text
    assert "acme says: because" in text.replace("\u200b", "")


def test_what_stands_at_the_terminal_is_no_order_to_a_ci_server(request_: PullRequest) -> None:
    request_.write("dev", document("dev"))
    request_.begin()
    request_.write("dev", found=[["TEAL_A", "x\n::set-output name=a::b", "##vso[task]\x1b[2J"]])
    request_.check()
    assert not any(re.search(r"^(::|##)|[\n\x1b]", line) for line in request_.said)


def many(request: PullRequest) -> None:
    request.write("dev", document("dev"))
    request.begin()
    names = [f"thing-{number:04}" for number in range(3_000)]
    request.write(
        "dev", document("dev", aws_vpc={name: {} for name in names}), found=[["TEAL_A", name] for name in names[:200]]
    )


@pytest.mark.parametrize("longest", [1_000, 10_000, 60_000])
def test_comment_fits_and_says_that_it_is_cut(request_: PullRequest, longest: int) -> None:
    many(request_)
    request_.check(longest=longest)
    assert longest / 2 < len(request_.comment) <= longest
    assert request_.comment.endswith("*It is cut here, for it is too long. The whole is in the log of the check.*\n")
    assert request_.comment.count("<details>") == request_.comment.count("</details>")


def test_folded_part_that_is_cut_is_closed(request_: PullRequest) -> None:
    request_.write("dev", document("dev"))
    request_.begin()
    request_.write("dev", document("dev", aws_vpc={f"thing-{number:04}": {} for number in range(3_000)}))
    request_.check(longest=5_000)
    assert request_.comment.count("\n</details>\n\n*It is cut here") == 1


def test_many_arguments_are_abridged(request_: PullRequest) -> None:
    request_.write("dev", document("dev", aws_vpc={"main": {f"a{number:02}": 1 for number in range(20)}}))
    request_.begin()
    request_.write("dev", document("dev", aws_vpc={"main": {f"a{number:02}": 2 for number in range(20)}}))
    request_.check()
    assert "  - a14: 1 -&#62; 2\n  - and 5 more\n" in request_.comment
