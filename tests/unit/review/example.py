"""The comment that docs/pull-requests.md shows: ``python -m tests.unit.review.example`` prints it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from tealform.policy.result import GateResult, LocatedFinding
from tealform.policy.rule import Finding, Rule
from tealform.policy.waivers import Waiver
from tealform.review import comment, environment_diff, review, risks
from tealform.review import risks as waiver_changes
from tealform.review.merge_base import Base
from tealform.review.review import Review
from tealform.settings.errors import Location
from tests.unit.review import pull_request
from tests.unit.review.pull_request import PullRequest, document, resource

_RULE = Rule(
    "TEAL_APPROVAL",
    "high",
    "Somebody approves before prod is released",
    "Without an approval whoever may push to the branch releases to prod.",
    "Set approval = true in the service's release.",
    "",
    "service.<name>.release.approval",
)
_TODAY = date(2026, 11, 1)
_WAIVERS = """
waiver "CKV_AWS_144" "access-logs/bucket/bucket" {
  reason = "Records of requests that expire after 90 days; no service depends on them."
  owner  = "web-team"
  until  = "2027-04-30"
}
"""


def example() -> str:
    """The comment below a pull request that takes a risk with ``prod``."""
    with TemporaryDirectory() as folder:
        before, after = (PullRequest(Path(folder, name)) for name in ("before", "after"))
        for each in (before, after):
            each.write("dev", document("dev"))
        before.write("prod", _prod(idle_timeout=60, protected=True))
        after.write("prod", _prod(idle_timeout=90, protected=False), waivers=_WAIVERS)
        compared = environment_diff.compare(before.root, after.root)
        accepted = waiver_changes.find_new_waivers(
            (before.root, before.root / "environments" / "prod"),
            (after.root, after.root / "environments" / "prod"),
            _TODAY,
        )
        looked_at = [*(line for each in compared for line in risks.find_risks(each)), *accepted]
    return comment.render(
        Review(
            base=Base("HEAD^1", "5f0c2a9d41b7e6038c5d"),
            verdicts=_verdicts(),
            findings=review.compare_findings((), _verdicts(), {}),
            compared=compared,
            risks=tuple(f"prod: {line}" for line in looked_at),
        )
    )


def _prod(idle_timeout: int, *, protected: bool) -> dict[str, object]:
    arguments = {"idle_timeout": idle_timeout, "enable_deletion_protection": protected}
    balancer = resource("prod/load-balancer/load-balancer", **arguments)
    return pull_request.document("prod") | {"resource": {"aws_lb": {"load-balancer": balancer}}}


def _verdicts() -> tuple[GateResult, ...]:
    finding = Finding(_RULE.id, _RULE.title, "aws_codepipeline.web", "delivery-web/pipeline", "", "nobody approves")
    where = Location(Path("environments/prod/environment.hcl"), 33)
    told = LocatedFinding("prod", finding, _RULE, "service.web.release.approval", where)
    bucket = Finding("CKV_AWS_144", "It is copied to another region", "aws_s3_bucket.logs", "access-logs/bucket/bucket")
    copied = Rule("CKV_AWS_144", "low", bucket.title, "", "", "")
    waiver = Waiver("CKV_AWS_144", bucket.path, "", "web-team", date(2027, 4, 30), Location(Path("waivers.hcl"), 2))
    accepted = ((LocatedFinding("prod", bucket, copied, "", where), waiver),)
    return GateResult("dev", {"TEAL_APPROVAL": 482}), GateResult("prod", {"TEAL_APPROVAL": 1164}, (told,), accepted)


if __name__ == "__main__":
    print(example(), end="")
