"""What programs read."""

from __future__ import annotations

import json

from tealform.policy.reports import json_report
from tests.unit.policy.reports.verdicts import BROKEN, CLEAN, DEV, PROD


def test_finding_has_all_that_is_known_of_it() -> None:
    [scope] = json.loads(json_report.render([PROD]))["scopes"]
    assert scope["findings"] == [
        {
            "scope": "prod",
            "title": "TEAL_APPROVAL holds",
            "message": "nobody approves",
            "address": "aws_codepipeline.web",
            "path": "delivery-web/pipeline",
            "setting": "service.web.release.approval",
            "file": "environments/prod/environment.hcl",
            "line": 33,
            "rule": {
                "id": "TEAL_APPROVAL",
                "severity": "high",
                "title": "TEAL_APPROVAL holds",
                "why": "TEAL_APPROVAL matters",
                "fix": "mend TEAL_APPROVAL",
                "link": "https://example.com/TEAL_APPROVAL",
                "setting": "service.<name>.release.approval",
            },
        }
    ]


def test_waived_finding_says_who_accepts_it_until_when() -> None:
    [scope] = json.loads(json_report.render([DEV]))["scopes"]
    [waived] = scope["waived"]
    assert waived["address"] == "aws_s3_bucket.artifacts"
    assert waived["waiver"] == {
        "resource": "artifacts/bucket",
        "reason": "Artifacts can be built again.",
        "owner": "web-team",
        "until": "2027-04-30",
        "file": "environments/dev/waivers.hcl",
        "line": 3,
    }


def test_lapsed_waivers_mistakes_and_what_was_judged_are_in_it() -> None:
    prod, broken = json.loads(json_report.render([PROD, BROKEN]))["scopes"]
    assert prod["judged"] == {"CKV_AWS_144": 2, "TEAL_APPROVAL": 1, "TEAL_KEY": 1}
    assert prod["lapsed"] == [
        {
            "setting": "waiver.CKV_AWS_18.load-balancer/gone",
            "message": "matches no finding; remove it",
            "file": "environments/prod/waivers.hcl",
            "line": 9,
        }
    ]
    assert broken["mistakes"] == ["environments/prod/cdk.tf.json:7: is not JSON; run: tealform synth prod"]
    assert (prod["exit_code"], broken["exit_code"]) == (1, 2)


def test_summary_counts_all_scopes() -> None:
    document_ = json.loads(json_report.render([DEV, PROD, CLEAN]))
    assert document_["version"] == 1
    assert document_["summary"] == {
        "exit_code": 1,
        "environments": 3,
        "checks": 9,
        "findings": 2,
        "waived": 3,
        "lapsed": 1,
        "mistakes": 0,
    }


def test_nothing_judged_is_not_clean() -> None:
    assert json.loads(json_report.render([]))["summary"]["exit_code"] == 2


def test_same_verdicts_are_the_same_bytes() -> None:
    assert json_report.render([DEV, PROD]) == json_report.render([DEV, PROD])
