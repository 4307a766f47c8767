"""What a person at a terminal reads."""

from __future__ import annotations

from dataclasses import replace

from tealform.policy.reports import terminal
from tealform.policy.result import GateResult
from tests.unit.policy.reports.verdicts import (
    APPROVAL,
    BROKEN,
    CLEAN,
    COPY,
    DEV,
    OPEN_KEY,
    PROD,
    UNAPPROVED,
    told,
    waiver,
)


def test_clean_gate_says_what_it_counted_and_no_more() -> None:
    assert list(terminal.lines([CLEAN])) == [
        "staging: 3 checks, 0 findings",
        "policy: 1 environment, 3 checks, 0 findings",
    ]


def test_what_is_left_is_told_worst_first_with_all_that_mends_it() -> None:
    lines = list(terminal.lines([PROD, DEV]))
    assert lines[:20] == [
        "severity    rule           environment    where                  mended at",
        "----------  -------------  -------------  ---------------------  --------------------------------------------------------------------",
        "critical    TEAL_KEY       dev            encryption/key         environments/dev/cdk.tf.json:120",
        "high        TEAL_APPROVAL  prod           delivery-web/pipeline  service.web.release.approval in environments/prod/environment.hcl:33",
        "",
        "critical TEAL_KEY in dev: encryption/key",
        "  should be: TEAL_KEY holds",
        "  is: anybody may use it",
        "  why: TEAL_KEY matters",
        "  fix: mend TEAL_KEY",
        "  mended at: environments/dev/cdk.tf.json:120",
        "  resource: aws_kms_key.main",
        "  link: https://example.com/TEAL_KEY",
        "",
        "high TEAL_APPROVAL in prod: delivery-web/pipeline",
        "  should be: TEAL_APPROVAL holds",
        "  is: nobody approves",
        "  why: TEAL_APPROVAL matters",
        "  fix: mend TEAL_APPROVAL",
        "  mended at: service.web.release.approval in environments/prod/environment.hcl:33",
    ]


def test_each_scope_says_its_counts_and_what_is_wrong_with_its_waivers() -> None:
    lines = list(terminal.lines([PROD, DEV]))
    place = lines.index("prod: 4 checks, 1 finding, 2 waived findings, 1 lapsed waiver")
    assert lines[place + 1 : place + 3] == [
        "  lapsed: environments/prod/waivers.hcl:9: waiver.CKV_AWS_18.load-balancer/gone: matches no finding; remove it",
        "dev: 2 checks, 1 finding, 1 waived finding",
    ]


def test_waived_findings_are_put_together_by_rule_and_reason() -> None:
    lines = list(terminal.lines([PROD, DEV]))
    waived = [line.split() for line in lines if line.startswith("CKV_AWS_144")]
    assert waived == [
        [
            "CKV_AWS_144",
            "3",
            "dev,",
            "prod",
            "2027-03-31",
            "data-team,",
            "web-team",
            "Artifacts",
            "can",
            "be",
            "built",
            "again.",
        ]
    ]


def test_other_reasons_have_lines_of_their_own() -> None:
    other = told("dev", COPY, "aws_s3_bucket.logs", "logs/bucket")
    accepted = (other, waiver(other, DEV.waived[0][1].until, reason="Logs expire after 90 days anyway."))
    lines = list(terminal.lines([replace(DEV, waived=(*DEV.waived, accepted))]))
    assert [line.split("web-team")[1].strip() for line in lines if line.startswith("CKV_AWS_144")] == [
        "Artifacts can be built again.",
        "Logs expire after 90 days anyway.",
    ]


def test_mistakes_are_told_and_counted() -> None:
    lines = list(terminal.lines([BROKEN]))
    assert lines == [
        "prod: 0 checks, 0 findings, 1 mistake",
        "  mistake: environments/prod/cdk.tf.json:7: is not JSON; run: tealform synth prod",
        "policy: 1 environment, 0 checks, 0 findings, 1 mistake",
    ]


def test_last_line_sums_up_and_the_release_contract_is_no_environment() -> None:
    contract = GateResult("artifacts", {"CKV_DOCKER_8": 1})
    *_, hint, last = terminal.lines([contract, DEV, PROD, CLEAN])
    assert last == "policy: 3 environments, 10 checks, 2 findings, 3 waived findings, 1 lapsed waiver"
    assert hint.startswith("mend each finding, or accept it in environments/<env>/waivers.hcl: waiver ")


def test_order_of_what_was_found_makes_no_difference() -> None:
    several = tuple(told("prod", APPROVAL, f"aws_codepipeline.{name}", line=2) for name in ("b", "a", "c"))
    verdict = replace(PROD, remaining=several)
    turned = replace(verdict, remaining=several[::-1], waived=verdict.waived[::-1])
    assert list(terminal.lines([verdict])) == list(terminal.lines([turned]))


def test_text_of_others_cannot_give_orders_to_a_terminal_or_a_ci_server() -> None:
    path = "web\n::stop-commands::x\r\x1b[2K\u202egreen"
    found = told("prod", APPROVAL, "aws_codepipeline.web", path, message=path)
    lines = list(terminal.lines([replace(PROD, remaining=(found,))]))
    assert not [line for line in lines if line.lstrip().startswith("::")]
    assert all(line.isprintable() for line in lines)
    assert any("web ::stop-commands::x [2K green" in line for line in lines)


def test_finding_without_a_path_is_named_by_its_address() -> None:
    found = replace(OPEN_KEY.finding, path="")
    lines = list(terminal.lines([replace(DEV, remaining=(replace(OPEN_KEY, finding=found),))]))
    assert "critical TEAL_KEY in dev: aws_kms_key.main" in lines


def test_nothing_is_said_of_a_link_that_there_is_not() -> None:
    unlinked = replace(UNAPPROVED, rule=replace(APPROVAL, link=""))
    assert not [line for line in terminal.lines([replace(PROD, remaining=(unlinked,))]) if line.startswith("  link")]
