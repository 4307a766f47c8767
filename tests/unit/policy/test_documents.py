"""docs/policy.md shows what the gate says, and docs/policy-rules.md every rule of ours."""

from __future__ import annotations

import re

import pytest

from tealform.policy import rule_catalog
from tealform.policy.check import evaluate
from tealform.policy.environment import Environment
from tealform.policy.finding_location import FindingLocator
from tealform.policy.reports import terminal
from tealform.policy.result import GateResult
from tealform.policy.rules.release_keeps_blue import CHECK
from tests.inventory import ROOT
from tests.unit.policy.rules.shipped import Json, document
from tools import rules_docs

GUIDE = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")


def _kept_for_a_minute(prod: Json) -> None:
    group = prod["resource"]["aws_codedeploy_deployment_group"]["delivery-api_deployment_group"]
    blue = group["blue_green_deployment_config"]["terminate_blue_instances_on_deployment_success"]
    blue["termination_wait_time_in_minutes"] = 1


def test_finding_in_the_guide_is_one() -> None:
    prod = document("prod")
    _kept_for_a_minute(prod)
    [finding] = evaluate(Environment("prod", prod), [CHECK]).findings
    told = FindingLocator(ROOT, ROOT / "environments" / "prod").describe(finding)
    said = list(terminal.lines([GateResult("prod", {CHECK.rule.id: 2}, (told,))]))
    finding_alone = "\n".join(said[: said.index("prod: 2 checks, 1 finding")]).strip()
    assert f"```\n{finding_alone}\n```" in GUIDE


def test_every_rule_of_ours_is_on_its_page() -> None:
    committed = (ROOT / rules_docs.FILE).read_text(encoding="utf-8")
    assert committed == rules_docs.text(), "run: make docs"
    assert all(f"`{rule.id}`" in committed for rule in rule_catalog.ours())


@pytest.mark.parametrize("rule", re.findall(r"`((?:TEAL|IAM)_\w+)`", GUIDE))
def test_rules_that_the_guide_names_exist(rule: str) -> None:
    assert rule == "TEAL_GATE" or rule in {each.id for each in rule_catalog.ours()}


def test_waiver_in_the_guide_is_one_that_is_there() -> None:
    [example] = re.findall(r"```hcl\n(waiver .*?\n}\n)```", GUIDE, re.DOTALL)
    assert example in (ROOT / "environments" / "prod" / "waivers.hcl").read_text(encoding="utf-8")
