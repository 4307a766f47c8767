"""What of a plan checkov gets to see."""

from __future__ import annotations

from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.policy import plan_for_checkov
from tests.unit.policy.plans import plan, refers, resource


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
