"""What a pull request has written is shown, and does nothing."""

from __future__ import annotations

import pytest

from tealform.review.report import publish
from tealform.review.report.artifact import MARKER
from tealform.review.report.github import ReportError
from tests.unit.review.example import example


def shown(text: str) -> str:
    return publish.sanitize(f"{MARKER}\n{text}".encode()).removeprefix(f"{MARKER}\n")


def test_what_the_check_writes_is_left_as_it_is() -> None:
    assert publish.sanitize(example().encode()) == example()


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("@acme/owners", "@\u200bacme/owners"),
        ("&#64;acme &commat;acme", "&amp;#\u200b64;acme &amp;commat;acme"),
        ("see #1, acme/shop#1, GH-1", "see #\u200b1, acme/shop#\u200b1, GH-\u200b1"),
        ("![x](https://a.example)", "!&#91;x&#93;(https:\u200b//a.example)"),
        ("[x][y]\n\n[y]: a.example", "&#91;x&#93;&#91;y&#93;\n\n&#91;y&#93;: a.example"),
        ("```mermaid\nclick a href '//a.example'\n```", f"{'&#96;' * 3}mermaid\nclick a href '//a.example'\n{'&#96;' * 3}"),
        ("~~~geojson", "&#126;&#126;&#126;geojson"),
        ("$x$ \\_", "&#36;x&#36; &#92;&#95;"),
        ("www.a.example", "www\u200b.a.example"),
        ("<img src=x onerror=y>", "&lt;img src=x onerror=y>"),
        ("<a href='https://x'>", "&lt;a href='https:\u200b//x'>"),
        (f"x\n{MARKER}", f"x\n&lt;{MARKER[1:]}"),
        ("<details open>", "&lt;details open>"),
        ("a\x00b\x1b[31m\u202ec\rd", "a b &#91;31m c d"),
        ("<details><summary>x</summary></details>", "<details><summary>x</summary></details>"),
        ("&#60;img&#62;", "&#60;img&#62;"),
    ],
)  # fmt: skip
def test_nothing_notifies_leads_anywhere_or_brings_anything_in(text: str, safe: str) -> None:
    assert shown(text) == safe


def test_bytes_that_are_no_text_are_no_obstacle() -> None:
    assert (
        publish.sanitize(MARKER.encode() + b"\n\xff\xfe")
        == f"{MARKER}\n\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"
    )


def test_it_is_cut_to_what_github_takes() -> None:
    said = shown("a line @x\n" * 20_000)
    assert 60_000 < len(said) <= 65_000
    assert said.endswith("\n\n*It is cut here, for it is too long.*\n")


@pytest.mark.parametrize("content", [b"", b"hello", f" {MARKER}\n".encode(), MARKER.encode() + b" x\n"])
def test_without_the_marker_on_its_first_line_it_is_none(content: bytes) -> None:
    with pytest.raises(ReportError):
        publish.sanitize(content)
