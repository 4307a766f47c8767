"""Verdicts that the reports are tried on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tealform.policy.result import GateResult, LocatedFinding
from tealform.policy.rule import Finding, Rule, Severity
from tealform.policy.waivers import Waiver
from tealform.settings.errors import Location, Problem


def rule(name: str, severity: Severity = "medium", setting: str = "") -> Rule:
    link = f"https://example.com/{name}"
    return Rule(name, severity, f"{name} holds", f"{name} matters", f"mend {name}", link, setting)


APPROVAL = rule("TEAL_APPROVAL", "high", "service.<name>.release.approval")
KEY = rule("TEAL_KEY", "critical")
COPY = rule("CKV_AWS_144", "low")


def told(
    scope: str,
    of: Rule,
    address: str,
    path: str = "",
    *,
    message: str = "",
    setting: str = "",
    file: str = "",
    line: int = 1,
) -> LocatedFinding:
    finding = Finding(of.id, of.title, address, path, of.link, message)
    return LocatedFinding(
        scope, finding, of, setting, Location(Path(file or f"environments/{scope}/cdk.tf.json"), line)
    )


def waiver(
    found: LocatedFinding, until: date, *, reason: str = "Artifacts can be built again.", owner: str = "web-team"
) -> Waiver:
    location = Location(Path(f"environments/{found.scope}/waivers.hcl"), 3)
    return Waiver(found.rule.id, found.finding.path, reason, owner, until, location)


def lapsed(scope: str, resource: str, message: str = "matches no finding; remove it", line: int = 9) -> Problem:
    location = Location(Path(f"environments/{scope}/waivers.hcl"), line)
    return Problem(location, ("waiver", "CKV_AWS_18", resource), message)


UNAPPROVED = told(
    "prod",
    APPROVAL,
    "aws_codepipeline.web",
    "delivery-web/pipeline",
    message="nobody approves",
    setting="service.web.release.approval",
    file="environments/prod/environment.hcl",
    line=33,
)
OPEN_KEY = told("dev", KEY, "aws_kms_key.main", "encryption/key", message="anybody may use it", line=120)
COPIES = tuple(
    told(scope, COPY, f"aws_s3_bucket.{name}", f"{name}/bucket")
    for scope, name in (("dev", "artifacts"), ("prod", "artifacts"), ("prod", "handover"))
)

CLEAN = GateResult("staging", {"TEAL_APPROVAL": 1, "TEAL_KEY": 2, "CKV_AWS_144": 0})
DEV = GateResult(
    "dev",
    {"TEAL_KEY": 1, "CKV_AWS_144": 1},
    remaining=(OPEN_KEY,),
    waived=((COPIES[0], waiver(COPIES[0], date(2027, 4, 30))),),
)
PROD = GateResult(
    "prod",
    {"TEAL_APPROVAL": 1, "TEAL_KEY": 1, "CKV_AWS_144": 2},
    remaining=(UNAPPROVED,),
    waived=(
        (COPIES[1], waiver(COPIES[1], date(2027, 3, 31))),
        (COPIES[2], waiver(COPIES[2], date(2027, 4, 30), owner="data-team")),
    ),
    lapsed=(lapsed("prod", "load-balancer/gone"),),
)
BROKEN = GateResult("prod", {}, mistakes=("environments/prod/cdk.tf.json:7: is not JSON; run: tealform synth prod",))
