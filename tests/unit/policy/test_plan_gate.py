"""The gate on a plan: what of it checkov gets, and what is said of it."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.policy import plan_for_checkov, plan_gate, scanner
from tealform.policy.environment import Environment
from tealform.policy.plan_gate import PlanGateResult
from tealform.synth import environments
from tealform.terraform import scratch_module, terraform_binaries
from tealform_harness.provider_stub.server import serve
from tests.inventory import ROOT
from tests.support import write_checkov
from tests.unit.policy import stacks
from tests.unit.policy.test_waivers import waiver


def resource(
    address: str, values: dict[str, Any], expressions: dict[str, Any] | None = None, *, key: str = ""
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Planned values and configuration; without ``expressions`` all values are configured, as constants."""
    mode, _, rest = address.partition(".") if address.startswith("data.") else ("managed", "", address)
    kind, _, name = rest.partition(".")
    constants = {each: {"constant_value": value} for each, value in values.items()}
    configured = constants if expressions is None else expressions
    head = {"mode": mode, "type": kind, "name": name}
    return {"address": f"{address}{key}", **head, "values": values}, {
        "address": address,
        **head,
        "expressions": configured,
    }


def refers(*references: str) -> dict[str, Any]:
    return {"references": list(references)}


def plan(*resources: tuple[dict[str, Any], dict[str, Any]], **more: Any) -> dict[str, Any]:
    configured = {conf["address"]: conf for _, conf in resources}
    return {
        "format_version": "1.2",
        "terraform_version": "1.12.2",
        "planned_values": {"root_module": {"resources": [values for values, _ in resources]} if resources else {}},
        "configuration": {"root_module": {"resources": list(configured.values())}},
        "errored": False,
        **more,
    }


def record(check: str, address: str) -> dict[str, Any]:
    return {
        "check_id": check,
        "check_name": f"Ensure {check}",
        "file_path": "/plan.json",
        "file_line_range": [0, 0],
        "resource": address,
        "resource_address": address,
        "guideline": None,
    }


def report(
    resources: int,
    passed: list[dict[str, Any]] | None = None,
    failed: list[dict[str, Any]] | None = None,
    skipped: list[dict[str, Any]] | None = None,
    unparsed: list[str] | None = None,
) -> str:
    results = {
        "passed_checks": passed or [],
        "failed_checks": failed or [],
        "skipped_checks": skipped or [],
        "parsing_errors": unparsed or [],
    }
    summary = {"passed": len(passed or []), "failed": len(failed or []), "resource_count": resources}
    return json.dumps({"check_type": "terraform_plan", "results": results, "summary": summary})


def _seen(found: plan_for_checkov.Scannable, address: str) -> dict[str, Any]:
    resources = found.plan["planned_values"]["root_module"]["resources"]
    values: dict[str, dict[str, Any]] = {each["address"]: each["values"] for each in resources}
    return values[address]


def test_what_only_aws_answered_is_left_out() -> None:
    values: dict[str, Any] = {"bucket": "shop", "logging": [], "policy": "{}", "tags": None}
    found = plan_for_checkov.from_plan(plan(resource("aws_s3_bucket.a", values, {"bucket": {}, "tags": {}})))
    assert _seen(found, "aws_s3_bucket.a") == {"bucket": "shop", "tags": None}


def test_block_that_the_configuration_does_not_list_stays_since_it_may_be_dynamic() -> None:
    rule = {"from_port": 22, "cidr_blocks": ["0.0.0.0/0"]}
    found = plan_for_checkov.from_plan(
        plan(resource("aws_security_group.a", {"name": "a", "ingress": [rule]}, {"name": {}}))
    )
    assert _seen(found, "aws_security_group.a")["ingress"] == [rule]


def test_rule_that_is_a_resource_of_its_own_is_not_repeated_in_its_security_group_alone() -> None:
    rules = [{"from_port": 80, "cidr_blocks": ["0.0.0.0/0"]}]
    groups = [resource(f"aws_security_group.{name}", {"ingress": rules}, {}) for name in ("a", "b")]
    reference = {"security_group_id": refers("aws_security_group.a.id", "aws_security_group.a")}
    rule = resource("aws_vpc_security_group_ingress_rule.http", {"from_port": 80}, reference)
    found = plan_for_checkov.from_plan(plan(*groups, rule))
    assert _seen(found, "aws_security_group.a") == {}
    assert _seen(found, "aws_security_group.b") == {"ingress": rules}


def test_statement_of_a_document_that_is_partly_known_has_no_nulls() -> None:
    statement = {"actions": ["kms:Decrypt"], "not_actions": None, "condition": [], "resources": [None, "arn:a"]}
    found = plan_for_checkov.from_plan(plan(resource("data.aws_iam_policy_document.a", {"statement": [statement]})))
    assert _seen(found, "data.aws_iam_policy_document.a")["statement"] == [
        {"actions": ["kms:Decrypt"], "resources": ["(known after apply)", "arn:a"]}
    ]
    assert found.resources == 0


def test_instances_and_modules_count_and_keep_what_they_configure() -> None:
    several = [
        resource("aws_sqs_queue.a", {"name": key, "arn": "arn:a"}, {"name": {}}, key=key) for key in ("[0]", "[1]")
    ]
    inside, configured = resource("aws_sqs_queue.in", {"name": "in", "arn": "arn:b"}, {"name": {}})
    made = plan(*several)
    made["planned_values"]["root_module"]["child_modules"] = [
        {"address": 'module.q["x.y"]', "resources": [inside | {"address": 'module.q["x.y"].aws_sqs_queue.in'}]}
    ]
    made["configuration"]["root_module"]["module_calls"] = {"q": {"module": {"resources": [configured]}}}
    found = plan_for_checkov.from_plan(made)
    assert found.resources == 3
    assert _seen(found, "aws_sqs_queue.a[1]") == {"name": "[1]"}
    [module] = found.plan["planned_values"]["root_module"]["child_modules"]
    assert module["resources"][0]["values"] == {"name": "in"}


def test_what_is_forgotten_is_left_out() -> None:
    changes = [{"address": "aws_sqs_queue.a", "change": {"actions": ["forget"]}}]
    queues = [resource(f"aws_sqs_queue.{name}", {"name": name}) for name in ("a", "b")]
    found = plan_for_checkov.from_plan(plan(*queues, resource_changes=changes))
    assert found.resources == 1


def test_policy_that_is_known_after_apply_is_named_unless_it_has_a_document() -> None:
    later = resource(
        "aws_sqs_queue_policy.a", {"queue_url": "u"}, {"policy": refers("aws_sqs_queue.a.arn"), "queue_url": {}}
    )
    known = resource("aws_sqs_queue_policy.b", {"policy": "{}"})
    document = refers("data.aws_iam_policy_document.c.json", "data.aws_iam_policy_document.c")
    judged = resource("aws_sqs_queue_policy.c", {}, {"policy": document})
    assert plan_for_checkov.from_plan(plan(later, known, judged)).unknown == ("aws_sqs_queue_policy.a",)


def test_what_is_no_whole_plan_is_an_error() -> None:
    with pytest.raises(TealformError, match="not a plan"):
        plan_for_checkov.from_plan({"format_version": "1.0", "values": {}})
    with pytest.raises(TealformError, match="to its end"):
        plan_for_checkov.from_plan(plan(errored=True))


TODAY = date(2026, 6, 1)
LOGS = "aws_cloudwatch_log_group.logs"
PLAN = plan(resource(LOGS, {"name": "/web"}))
OURS = len(scanner.evaluate_rules(Environment("dev", stacks.stack("dev"))).judged)
"""How many times a rule of ours judges something in the environment that is planned."""
OUR_POLICIES = [record("TEAL_LOG_RETENTION", LOGS)]


class Project:
    """A project with ``dev`` and a checkov that reports what it is told to."""

    def __init__(self, root: Path, cache: Path) -> None:
        self.root = root
        self.cache = cache
        self.folder = stacks.write(root, "dev", stacks.stack("dev"))
        self.says(report(1, passed=OUR_POLICIES))

    def says(self, text: str, then: str = "exit 0") -> None:
        write_checkov(self.cache, f"cat <<'END'\n{text}\nEND\n{then}")

    def fails(self, check: str, address: str, resources: int = 1) -> None:
        self.says(report(resources, passed=OUR_POLICIES, failed=[record(check, address)]))

    def accept(self, *waivers: str) -> None:
        (self.folder / "waivers.hcl").write_text("".join(waivers))

    def judge(self, plan: dict[str, Any] = PLAN) -> PlanGateResult:
        return plan_gate.check_plan(self.root, self.folder, plan, TODAY)


@pytest.fixture
def project(tmp_path: Path, own_cache: Path) -> Project:
    return Project(tmp_path, own_cache)


def test_clean_plan(project: Project) -> None:
    verdict = project.judge()
    assert verdict.exit_code == 0
    assert verdict.lines == (f"policy: {1 + OURS} checks of what would be, 0 findings, 0 waived",)


def test_finding_stops_and_says_where_it_may_be_accepted(project: Project) -> None:
    project.fails("CKV_AWS_158", LOGS)
    verdict = project.judge()
    assert verdict.exit_code == 1
    assert verdict.lines == (
        f"policy: {2 + OURS} checks of what would be, 1 findings, 0 waived",
        "  CKV_AWS_158: Ensure CKV_AWS_158",
        f"    resource: {LOGS}",
        "    path: web/logs",
        "mend each finding, or accept it in environments/dev/waivers.hcl: "
        'waiver "CKV_AWS_316" "path/of/the/resource" { reason, owner, until }',
    )
    assert [finding["path"] for finding in verdict.as_json()["findings"]] == ["web/logs"]


@pytest.mark.parametrize("name", [LOGS, "web/logs", f"{LOGS}[0]"])
def test_waiver_holds_by_path_by_address_and_for_an_instance(project: Project, name: str) -> None:
    project.fails("CKV_AWS_158", f"{LOGS}[0]")
    project.accept(waiver("CKV_AWS_158", name))
    verdict = project.judge(plan(resource(LOGS, {"name": "/web"}, key="[0]")))
    assert verdict.exit_code == 0
    assert [each["owner"] for each in verdict.as_json()["waived"]] == ["web-team"]


def test_waiver_that_matches_nothing_here_is_no_error_and_silences_nothing_else(project: Project) -> None:
    project.fails("CKV_AWS_158", LOGS)
    project.accept(waiver("CKV_AWS_66", LOGS), waiver("CKV_AWS_158", "aws_cloudwatch_log_group.other"))
    verdict = project.judge()
    assert (verdict.exit_code, verdict.waived, verdict.mistakes) == (1, (), ())


def test_waiver_that_expired_silences_nothing_and_is_told(project: Project) -> None:
    project.fails("CKV_AWS_158", LOGS)
    project.accept(waiver("CKV_AWS_158", LOGS, until="2026-05-31"))
    verdict = project.judge()
    assert verdict.exit_code == 1
    assert any("expired on 2026-05-31" in line for line in verdict.lines)


def test_waiver_that_is_not_valid_keeps_from_judging(project: Project) -> None:
    project.accept(waiver("CKV_AWS_158", LOGS, reason="short"))
    verdict = project.judge()
    assert verdict.exit_code == 2
    assert any("needs at least 20 characters" in line for line in verdict.lines)


POLICY, DOCUMENT = "aws_iam_role_policy.build", "data.aws_iam_policy_document.build"
WITH_POLICY = plan(resource(POLICY, {"policy": "{}"}, {"policy": refers(f"{DOCUMENT}.json", DOCUMENT)}))


def test_waiver_of_a_policy_document_holds_for_the_policy_that_it_becomes(project: Project) -> None:
    project.fails("CKV_AWS_355", POLICY)
    project.accept(waiver("CKV_AWS_356", DOCUMENT))
    assert project.judge(WITH_POLICY).exit_code == 0


def test_waiver_of_a_document_holds_for_neither_another_check_nor_another_policy(project: Project) -> None:
    project.accept(waiver("CKV_AWS_356", DOCUMENT))
    project.fails("CKV_AWS_290", POLICY)
    assert project.judge(WITH_POLICY).exit_code == 1
    project.fails("CKV_AWS_355", "aws_iam_role_policy.other")
    assert project.judge(WITH_POLICY).exit_code == 1


def test_policy_that_is_not_known_yet_is_told_and_stops_nothing(project: Project) -> None:
    verdict = project.judge(plan(resource(POLICY, {}, {"policy": refers("aws_s3_bucket.a.arn")})))
    assert verdict.exit_code == 0
    assert verdict.lines[1:] == (f"  known only after the apply, and judged in the next plan: the policy of {POLICY}",)


def test_bootstrap_of_an_account_is_judged_with_its_own_waivers(project: Project) -> None:
    folder = project.root / "bootstrap" / "123456789012"
    folder.mkdir(parents=True)
    shutil.copy(project.folder / "cdk.tf.json", folder)
    project.fails("CKV_AWS_158", LOGS)
    verdict = plan_gate.check_plan(project.root, folder, PLAN, TODAY)
    assert "bootstrap/123456789012/waivers.hcl" in verdict.lines[-1]
    (folder / "waivers.hcl").write_text(waiver("CKV_AWS_158", "web/logs"))
    assert plan_gate.check_plan(project.root, folder, PLAN, TODAY).exit_code == 0


def test_our_own_rules_are_asked_of_what_was_generated(project: Project) -> None:
    document = stacks.stack("dev")
    del document["provider"]["aws"][0]["allowed_account_ids"]
    stacks.write(project.root, "dev", document)
    assert [finding.check for finding in project.judge().remaining] == ["TEAL_TERRAFORM_ACCOUNT"]
    project.accept(waiver("TEAL_TERRAFORM_ACCOUNT", "provider.aws"))
    assert project.judge().exit_code == 0


def test_plan_that_leaves_nothing_needs_no_scan(project: Project) -> None:
    project.says("", "exit 3")
    assert project.judge(plan()) == PlanGateResult("environments/dev")


PASSED = [record("CKV_AWS_66", LOGS)]
PROVIDER = [record("CKV_AWS_41", "aws.default")]


@pytest.mark.parametrize(
    ("says", "then", "why"),
    [
        (stacks.NOTHING_SCANNED, "exit 0", "saw 0 of the 1 resources"),
        (report(0, passed=PASSED), "exit 0", "saw 0 of the 1 resources"),
        (report(1, passed=PROVIDER), "exit 0", "checked none of the resources"),
        (
            report(1, passed=PASSED),
            "exit 0",
            f"environments/dev: checkov has no result of TEAL_LOG_RETENTION for {LOGS}",
        ),
        (report(1, passed=PASSED, unparsed=["/plan.json"]), "exit 0", "could not parse"),
        (report(1, passed=PASSED), "echo kaput >&2; exit 2", "exit code 2:\nkaput"),
        (report(1, passed=PASSED), "echo '[ERROR]  Failed to run check CKV_AWS_158' >&2", "relied on:\nFailed to run"),
        ("not JSON", "exit 0", "report cannot be read"),
    ],
)
def test_scan_that_cannot_be_relied_on_is_no_clean_plan(project: Project, says: str, then: str, why: str) -> None:
    project.says(says, then)
    verdict = project.judge()
    assert verdict.exit_code == 2
    assert why in "\n".join(verdict.lines)


def test_skipped_check_is_a_finding(project: Project) -> None:
    project.says(report(1, passed=OUR_POLICIES, skipped=[record("CKV_AWS_158", LOGS)]))
    assert project.judge().exit_code == 1


def test_checkov_that_cannot_be_installed_is_told_and_not_raised(project: Project) -> None:
    shutil.rmtree(project.cache)
    project.cache.touch()
    verdict = project.judge()
    assert verdict.exit_code == 2
    assert "set TEALFORM_CACHE to a folder that can be written" in verdict.lines[1]


BY_HAND = """
locals {
  ports = [22]
}
resource "aws_security_group" "ssh" {
  name = "ssh"
  dynamic "ingress" {
    for_each = local.ports
    content {
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}
resource "aws_s3_bucket" "open" {
  count  = 2
  bucket = "open-${count.index}"
}
data "aws_iam_policy_document" "wide" {
  statement {
    actions   = ["*"]
    resources = ["*"]
  }
}
resource "aws_iam_policy" "wide" {
  name   = "wide"
  policy = data.aws_iam_policy_document.wide.json
}
data "aws_iam_policy_document" "later" {
  statement {
    actions   = ["*"]
    resources = ["*", aws_s3_bucket.open[0].arn]
  }
}
resource "aws_iam_policy" "later" {
  name   = "later"
  policy = data.aws_iam_policy_document.later.json
}
module "inner" {
  source = "./inner"
}
"""
INNER = 'resource "aws_sqs_queue" "plain" {\n  sqs_managed_sse_enabled = false\n}\n'
ACCEPTED = [("CKV_AWS_23", "aws_security_group.ssh"), ("CKV2_AWS_6", "aws_s3_bucket.open")]
ACCEPTED += [("CKV_AWS_356", "data.aws_iam_policy_document.wide")]


def _plan(folder: Path) -> dict[str, Any]:
    with (
        serve(environments.list_declared(folder)) as stand_in,
        scratch_module.copy_with_local_state(
            folder, terraform_binaries.list_terraforms()[0], {"TF_REATTACH_PROVIDERS": stand_in.reattach}
        ) as work,
    ):
        for step in (work.init, work.plan):
            assert not step().errors
        return work.planned()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["dev", "prod", "staging"])
def test_shipped_environment_is_clean_in_its_plan_with_the_waivers_that_the_generated_file_needs(name: str) -> None:
    folder = ROOT / "environments" / name
    verdict = plan_gate.check_plan(ROOT, folder, _plan(folder))
    assert verdict.lines[1:] == ()
    assert verdict.exit_code == 0
    assert len(verdict.waived) == (folder / "waivers.hcl").read_text().count('waiver "')


@pytest.mark.slow
def test_what_was_written_by_hand_is_judged(tmp_path: Path) -> None:
    folder = tmp_path / "environments" / "dev"
    shutil.copytree(ROOT / "environments" / "dev", folder)
    (folder / "extra.tf").write_text(BY_HAND)
    (folder / "inner").mkdir()
    (folder / "inner" / "main.tf").write_text(INNER)
    with (folder / "waivers.hcl").open("a") as file:
        file.writelines(waiver(check, name, until=date.today().isoformat()) for check, name in ACCEPTED)
    (folder / ".checkov.yaml").write_text("skip-check: [CKV_AWS_24, CKV_AWS_27, CKV_AWS_62]\n")

    verdict = plan_gate.check_plan(tmp_path, folder, json.loads(json.dumps(_plan(folder))))

    left = {(finding.check, finding.address) for finding in verdict.remaining}
    assert verdict.exit_code == 1
    assert {
        ("CKV_AWS_24", "aws_security_group.ssh"),
        ("CKV_AWS_18", "aws_s3_bucket.open[1]"),
        ("CKV_AWS_62", "aws_iam_policy.wide"),
        ("CKV_AWS_49", "data.aws_iam_policy_document.later"),
        ("CKV_AWS_27", "module.inner.aws_sqs_queue.plain"),
    } <= left
    by_hand = {"ssh", "open[0]", "open[1]", "wide", "later", "plain"}
    assert {address.rpartition(".")[2] for _, address in left} == by_hand
    assert not left & {("CKV_AWS_23", "aws_security_group.ssh"), ("CKV_AWS_355", "aws_iam_policy.wide")}
    assert not any(check == "CKV2_AWS_6" for check, _ in left)
