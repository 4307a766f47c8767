"""What a pull request shows, which whoever opened it may have written."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from tealform.policy.reports import markdown
from tealform.policy.result import GateResult
from tests.unit.policy.reports.verdicts import APPROVAL, BROKEN, CLEAN, DEV, PROD, UNAPPROVED, told, waiver

MENTION = re.compile(r"@\w")


def test_clean_gate_is_two_lines() -> None:
    text = markdown.render([CLEAN])
    assert text == "## Policy: nothing to mend\n\npolicy: 1 environment, 3 checks, 0 findings\n"


@pytest.mark.parametrize(
    ("verdict", "heading"),
    [(PROD, "## Policy: there is something to mend"), (BROKEN, "## Policy: it could not be judged")],
)
def test_heading_is_the_verdict(verdict: GateResult, heading: str) -> None:
    assert markdown.render([CLEAN, verdict]).splitlines()[0] == heading


def test_what_is_left_is_a_table_worst_first() -> None:
    lines = markdown.render([PROD, DEV]).splitlines()
    start = lines.index("| severity | rule | environment | where | what is wrong | mended at |")
    assert lines[start - 1] == ""
    assert lines[start + 1 : start + 4] == [
        "|---|---|---|---|---|---|",
        "| critical | [TEAL&#95;KEY](https://example.com/TEAL_KEY) | dev | encryption/key | anybody may use it "
        "| environments/dev/cdk.tf.json:120 |",
        "| high | [TEAL&#95;APPROVAL](https://example.com/TEAL_APPROVAL) | prod | delivery-web/pipeline | nobody approves "
        "| service.web.release.approval in environments/prod/environment.hcl:33 |",
    ]


def test_each_finding_says_why_and_how_below() -> None:
    text = html.unescape(markdown.render([PROD]))
    block = text[text.index("<details><summary>TEAL_APPROVAL in prod: delivery-web/pipeline</summary>") :]
    assert "- **why:** TEAL_APPROVAL matters\n- **fix:** mend TEAL_APPROVAL\n" in block[: block.index("</details>")]


def test_waived_lapsed_and_mistakes_are_told() -> None:
    text = html.unescape(markdown.render([DEV, PROD, BROKEN]))
    assert "<details><summary>3 waived findings</summary>" in text
    assert (
        "| [CKV_AWS_144](https://example.com/CKV_AWS_144) | 3 | dev, prod | 2027-03-31 | data-team, web-team "
        "| Artifacts can be built again. |" in text
    )
    assert "- environments/prod/waivers.hcl:9: waiver.CKV_AWS_18.load-balancer/gone: matches no finding" in text
    assert "- prod: environments/prod/cdk.tf.json:7: is not JSON" in text


@pytest.mark.parametrize(
    "text",
    [
        "a | b",
        "`code` and ``more``",
        "<img src=x><!-- -->",
        "</details></td></table>",
        "![picture](https://example.org/p.png)",
        "[link][1] ~~no~~ **bold** $x$ \\|",
        "&#124; &lt;b&gt;",
    ],
)
def test_text_of_others_shows_as_it_is_and_means_nothing(text: str) -> None:
    shown = markdown.plain(text)
    assert html.unescape(shown).replace("\u200b", "") == text
    assert not re.search(r"[|`<>\\*_\[\]~$]", shown)
    assert not re.search(r"&(?!#\d+;)", shown)


@pytest.mark.parametrize(
    "text", ["@octocat", "mail@acme/team", "acme/shop#12", "https://example.org", "WWW.example.org"]
)
def test_text_of_others_calls_nobody_and_links_nothing(text: str) -> None:
    shown = html.unescape(markdown.plain(text))
    assert not re.search(r"@\w|#\d|://|www\.", shown, re.IGNORECASE)
    assert shown.replace("\u200b", "") == text


def test_line_breaks_do_not_end_a_row() -> None:
    assert markdown.plain("a\r\n\n| b |\u2028c\x00d") == "a &#124; b &#124; c d"


def test_hostile_names_leave_table_and_details_whole() -> None:
    evil = "x | y\n\n</details>\n# @everyone `"
    found = told("prod", APPROVAL, f"aws_codepipeline.{evil}", evil, message=evil, setting=evil, file=evil)
    accepted = (found, waiver(found, PROD.waived[0][1].until, reason=evil, owner=evil))
    text = markdown.render([replace(PROD, scope=evil, remaining=(found,), waived=(accepted,), mistakes=(evil,))])
    plain_text = markdown.render([replace(PROD, mistakes=("x",), waived=PROD.waived[:1])])
    for structure in ("|", "<details>", "</details>", "\n"):
        assert text.count(structure) == plain_text.count(structure)
    assert not MENTION.search(html.unescape(text))


def test_link_that_is_none_is_not_made_one() -> None:
    odd = replace(UNAPPROVED, rule=replace(APPROVAL, link="javascript:alert(1)"))
    assert "javascript" not in markdown.render([replace(PROD, remaining=(odd,))])


def test_text_too_long_is_cut_between_findings_with_a_note() -> None:
    many = tuple(told("prod", APPROVAL, f"aws_codepipeline.p{number}", message="m" * 300) for number in range(400))
    text = markdown.render([replace(PROD, remaining=many)])
    assert len(text) <= markdown.LONGEST
    assert text.rstrip().endswith(markdown.CUT)
    assert text.count("<details>") == text.count("</details>")
    assert "400 findings" in text.splitlines()[2]


def test_what_just_fits_is_not_cut() -> None:
    assert markdown.CUT not in markdown.render([DEV, PROD, CLEAN])


def test_one_endless_text_does_not_push_out_the_rest() -> None:
    endless = replace(UNAPPROVED, finding=replace(UNAPPROVED.finding, message="|" * 100_000))
    text = markdown.render([replace(PROD, remaining=(endless,)), DEV])
    assert markdown.CUT not in text
    assert "encryption/key" in text
