"""What is said of findings: each check that concerns what Tealform generates has a severity, a reason and a way out."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tealform.policy import check_aliases, checkov, checkov_input, rule_catalog
from tealform.policy.finding import Finding
from tealform.policy.rule import SEVERITIES
from tealform.synth import environments
from tests.inventory import ROOT
from tools import settings_docs

SAID: dict[str, dict[str, Any]] = yaml.safe_load(rule_catalog.BUILTIN.read_text(encoding="utf-8"))

_TITLE = re.compile(r"^## (.+)$", re.MULTILINE)
_KEY = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)


def _settings() -> set[str]:
    """Every setting of the reference, like ``service.<name>.release.approval``."""
    first, *rest = re.split(_TITLE, settings_docs.text())
    found = set(_KEY.findall(first))
    for title, text in zip(rest[::2], rest[1::2], strict=True):
        found |= {f"{_block(title)}.{key}" for key in _KEY.findall(text)}
    return found


def _block(title: str) -> str:
    """``service "<name>".source "s3"`` as ``service.<name>.source``: a kind of a block is no part of the way to a key."""
    return re.sub(r' "(?!<)[^"]*"', "", title).replace(' "<name>"', ".<name>")


@pytest.mark.parametrize("check", SAID)
def test_what_is_said_is_whole(check: str) -> None:
    said = SAID[check]
    assert set(said) - {"setting"} == {"severity", "why", "fix", "link"}
    assert said["severity"] in SEVERITIES
    assert said["link"].startswith("https://docs.")
    for text in (said["why"], said["fix"]):
        assert re.fullmatch(r"\S.{20,}\.", text), f"a sentence of some length, with its full stop: {text}"


def test_settings_that_are_named_exist() -> None:
    settings = _settings()
    assert "service.<name>.release.approval" in settings
    assert {said["setting"] for said in SAID.values() if "setting" in said} <= settings


def test_a_check_is_said_once() -> None:
    keys = re.findall(r"^(CKV\w+):", rule_catalog.BUILTIN.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(keys) == sorted(SAID)


def test_checks_of_a_plan_say_what_those_of_the_document_say() -> None:
    for check in check_aliases.ONLY_PLANNED:
        assert check in SAID
        for document in check_aliases.checks_of_document(check):
            assert SAID[document]["severity"] == SAID[check]["severity"], (
                f"{check} and {document} are of the same thing"
            )


def test_secrets_are_critical() -> None:
    secrets = [said for check, said in SAID.items() if check.startswith("CKV_SECRET_")]
    assert secrets
    assert {said["severity"] for said in secrets} == {"critical"}


def test_finding_is_told_with_its_severity_reason_and_setting() -> None:
    told = rule_catalog.rule_of(Finding("CKV_AWS_150", "Ensure deletion protection", "aws_lb.load-balancer"))
    assert (told.id, told.severity, told.title) == ("CKV_AWS_150", "medium", "Ensure deletion protection")
    assert told.setting == "disposable"
    assert told.why == SAID["CKV_AWS_150"]["why"]
    assert told.fix == SAID["CKV_AWS_150"]["fix"]
    assert told.link == SAID["CKV_AWS_150"]["link"]


def test_checks_page_goes_before_ours() -> None:
    page = "https://docs.example.com/checkov"
    assert rule_catalog.rule_of(Finding("CKV_AWS_150", "Ensure", "aws_lb.x", guideline=page)).link == page


def test_check_of_which_nothing_is_said_is_told_in_checkovs_words() -> None:
    told = rule_catalog.rule_of(Finding("CKV_AWS_99999", "Ensure something", "aws_vpc.main"))
    assert (told.severity, told.why, told.link) == ("medium", "Ensure something", "")


@pytest.mark.slow
def test_every_check_that_judges_a_shipped_environment_is_known() -> None:
    folders = [environments.find_folder(ROOT, name) for name in environments.list_names(ROOT)]
    scans = checkov.scan(ROOT, [checkov_input.read(folder) for folder in folders])
    assert [scan.blind for scan in scans if scan.blind] == []
    judged = {check for scan in scans for check, _ in scan.judged if check.startswith("CKV")}
    assert len(judged) > 50
    assert judged - set(SAID) == set()
