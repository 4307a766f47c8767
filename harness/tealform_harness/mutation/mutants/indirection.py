"""Things that are said in another way than Tealform says them: variables, locals, expressions, other layouts of the JSON."""

from __future__ import annotations

import json
from typing import Any

from tealform_harness.mutation.edits import add, drop, put, replace, together
from tealform_harness.mutation.mutant import Change, Document, Mutant

_SERVICE = "service-api/service"
_TASK = "service-api/task-definition"
_ANYBODY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}],
}


def _by_variable(path: str, place: str, value: Any) -> Change:
    return together(
        put("", "variable", {"setting": {"default": value}}),
        put(path, place, "${var.setting}"),
    )


def _by_local(path: str, place: str, value: Any) -> Change:
    return together(put("", "locals", {"setting": value}), put(path, place, "${local.setting}"))


def _group_in_a_list(document: Document) -> None:
    """The tasks' security group in the form of a list of objects, which Terraform takes too, and open."""
    groups = document["resource"]["aws_security_group"]
    put("service-api/security-group", "ingress", [_EVERYWHERE])(document)
    document["resource"]["aws_security_group"] = [{name: [group]} for name, group in groups.items()]


def _rollback_under_a_comment(document: Document) -> None:
    group = document["resource"]["aws_codedeploy_deployment_group"]["delivery-api_deployment_group"]
    group["//"]["auto_rollback_configuration"] = group.pop("auto_rollback_configuration")


def _second_section(document: Document) -> None:
    """``resource`` in the form of a list of objects, the second with what somebody added."""
    key = {"aws_kms_key": {"second": {"description": "Second", "enable_key_rotation": False}}}
    document["resource"] = [document["resource"], key]


_EVERYWHERE = {
    "protocol": "-1",
    "from_port": 0,
    "to_port": 0,
    "cidr_blocks": ["0.0.0.0/0"],
    "description": "All",
    "ipv6_cidr_blocks": None,
    "prefix_list_ids": None,
    "security_groups": None,
    "self": None,
}

MUTANTS = (
    Mutant(
        "public-addresses-by-a-variable",
        "tasks get public addresses by way of a variable",
        "Each task can be reached from the internet.",
        "prod",
        _by_variable(_SERVICE, "network_configuration/assign_public_ip", True),
    ),
    Mutant(
        "open-tasks-by-a-local",
        "tasks take requests from addresses that stand in a local value: all",
        "Whoever gets into the VPC or to a public address is past the load balancer.",
        "prod",
        together(
            drop("service-api/from-load-balancer", "referenced_security_group_id"),
            _by_local("service-api/from-load-balancer", "cidr_ipv4", "0.0.0.0/0"),
        ),
    ),
    Mutant(
        "open-tasks-by-an-expression",
        "tasks take requests from what an expression says: all",
        "Whoever gets into the VPC or to a public address is past the load balancer.",
        "prod",
        together(
            drop("service-api/from-load-balancer", "referenced_security_group_id"),
            put("service-api/from-load-balancer", "cidr_ipv4", '${true ? "0.0.0.0/0" : "10.40.0.0/16"}'),
        ),
    ),
    Mutant(
        "containers-by-a-local",
        "the container definitions stand in a local value, with a writable root",
        "Whoever gets into the container can leave programs in it.",
        "prod",
        together(
            put(_TASK, "container_definitions/api/readonlyRootFilesystem", False),
            lambda document: _by_local(
                _TASK,
                "container_definitions",
                document["resource"]["aws_ecs_task_definition"]["service-api_task-definition"]["container_definitions"],
            )(document),
        ),
    ),
    Mutant(
        "containers-by-a-file",
        "the container definitions stand in a file beside the Terraform",
        "What is in there nobody checks.",
        "prod",
        put(_TASK, "container_definitions", '${file("${path.module}/containers.json")}'),
    ),
    Mutant(
        "containers-by-jsonencode",
        "the container definitions are an expression (jsonencode), with a privileged container",
        "What is in there the checks may not read.",
        "prod",
        put(
            _TASK,
            "container_definitions",
            '${jsonencode([{name = "api", image = "public.ecr.aws/docker/library/python:3.13-alpine", privileged = true}])}',
        ),
    ),
    Mutant(
        "policy-by-a-local",
        "the artifact bucket's policy is a local value that lets anybody do anything",
        "Anybody decides what runs in production.",
        "prod",
        _by_local("delivery-api/artifacts/bucket/policy", "policy", json.dumps(_ANYBODY)),
    ),
    Mutant(
        "policy-by-jsonencode",
        "a role's policy is an expression (jsonencode) that allows everything",
        "What the role runs has the account.",
        "prod",
        put(
            "delivery-api/build/role/policy",
            "policy",
            '${jsonencode({Version = "2012-10-17", Statement = [{Effect = "Allow", Action = "*", Resource = "*"}]})}',
        ),
    ),
    Mutant(
        "pass-any-role-by-a-variable",
        "the roles that a pipeline may pass stand in a variable: all",
        "Who changes a pipeline starts a task as administrator.",
        "prod",
        _by_variable("delivery-api/pipeline/role/permissions", "statement/PassRoles/resources", ["*"]),
    ),
    Mutant(
        "everything-by-a-local-action",
        "what a build role may do stands in a local value: everything",
        "What a pull request brings along has the account.",
        "prod",
        together(
            _by_local("delivery-api/build/role/permissions", "statement/LoginToEcr/actions", ["*"]),
        ),
    ),
    Mutant(
        "rollback-by-a-variable",
        "whether a release is rolled back is a variable: not",
        "A release that fails leaves users on what is broken.",
        "prod",
        _by_variable("delivery-api/deployment/group", "auto_rollback_configuration/enabled", False),
    ),
    Mutant(
        "blue-time-by-a-variable",
        "how long blue is kept is a variable: not at all",
        "There is nothing to go back to.",
        "prod",
        _by_variable(
            "delivery-api/deployment/group",
            "blue_green_deployment_config/terminate_blue_instances_on_deployment_success/termination_wait_time_in_minutes",
            0,
        ),
    ),
    Mutant(
        "stages-by-a-dynamic-block",
        "the stages of a pipeline are a dynamic block, without an approval",
        "Every push is in production a quarter of an hour later.",
        "prod",
        together(
            drop("delivery-api/pipeline/pipeline", "stage"),
            put(
                "delivery-api/pipeline/pipeline",
                "dynamic",
                {"stage": {"for_each": "${var.stages}", "content": {"name": "${stage.value.name}"}}},
            ),
            put("", "variable", {"stages": {"default": []}}),
        ),
    ),
    Mutant(
        "group-by-a-dynamic-block",
        "a dynamic block opens the tasks' security group",
        "Whoever gets into the VPC or to a public address is past the load balancer.",
        "prod",
        put(
            "service-api/security-group",
            "dynamic",
            {"ingress": {"for_each": ["0.0.0.0/0"], "content": {**_EVERYWHERE, "cidr_blocks": ["${ingress.value}"]}}},
        ),
    ),
    Mutant(
        "block-that-is-not-made",
        "the public access block of the artifact bucket has count 0",
        "It stands in the Terraform, and is not there.",
        "prod",
        put("delivery-api/artifacts/bucket/public-access", "count", 0),
    ),
    Mutant(
        "flow-logs-that-are-not-made",
        "the flow logs have an empty for_each",
        "They stand in the Terraform, and are not there.",
        "prod",
        put("network/flow-logs/flow-log", "for_each", {}),
    ),
    Mutant(
        "alarm-that-is-not-made",
        "an alarm has a count that a variable sets to 0",
        "It stands in the Terraform, and is not there.",
        "prod",
        together(
            put("", "variable", {"alarms": {"default": 0}}),
            put("service-api/alarms/errors-green", "count", "${var.alarms}"),
            replace(
                "delivery-api/deployment/group",
                "alarm_configuration/alarms/${aws_cloudwatch_metric_alarm.service-api_alarms_errors-green.alarm_name}",
                "service-api_alarms_errors-green.alarm_name",
                "service-api_alarms_errors-blue.alarm_name",
            ),
        ),
    ),
    Mutant(
        "true-as-a-text",
        "tasks get public addresses, by a text instead of a truth value",
        "Terraform takes it all the same: each task can be reached from the internet.",
        "prod",
        put(_SERVICE, "network_configuration/assign_public_ip", "true"),
    ),
    Mutant(
        "false-as-a-text",
        "the key is not rotated, by a text instead of a truth value",
        "Terraform takes it all the same.",
        "prod",
        put("key/key", "enable_key_rotation", "false"),
    ),
    Mutant(
        "rollback-false-as-a-text",
        "releases are not rolled back, by a text instead of a truth value",
        "Terraform takes it all the same.",
        "prod",
        put("delivery-api/deployment/group", "auto_rollback_configuration/enabled", "false"),
    ),
    Mutant(
        "null-key",
        "the key of a log is null",
        "To Terraform that is no key.",
        "prod",
        put("service-api/logs/group", "kms_key_id", None),
    ),
    Mutant(
        "null-retention",
        "how long a log is kept is null",
        "To Terraform that is for ever.",
        "prod",
        put("service-api/logs/group", "retention_in_days", None),
    ),
    Mutant(
        "null-alarms",
        "the alarms of a deployment group are null",
        "To Terraform that is no alarm.",
        "prod",
        put("delivery-api/deployment/group", "alarm_configuration", None),
    ),
    Mutant(
        "blocks-in-lists",
        "security groups are laid out in lists, and one is open",
        "Whoever reads objects only does not see it.",
        "prod",
        _group_in_a_list,
    ),
    Mutant(
        "resources-in-two-parts",
        "the resources are in two parts, and a key without rotation is in the second",
        "Whoever reads one part only does not see it.",
        "prod",
        _second_section,
    ),
    Mutant(
        "commented-out",
        "the rollback of a deployment group stands under //, which Terraform passes over",
        "A release that fails leaves users on what is broken.",
        "prod",
        _rollback_under_a_comment,
    ),
    Mutant(
        "statement-by-a-dynamic-block",
        "a dynamic block adds a statement that allows everything to a policy",
        "What the role runs has the account.",
        "prod",
        put(
            "delivery-api/build/role/permissions",
            "dynamic",
            {"statement": {"for_each": ["*"], "content": {"actions": ["*"], "resources": ["${statement.value}"]}}},
        ),
    ),
    Mutant(
        "secret-by-a-variable",
        "a password in a container's environment comes from a variable with a default",
        "Whoever may read the repository, the state or DescribeTaskDefinition has it.",
        "prod",
        together(
            put("", "variable", {"database_password": {"default": "correct-horse-battery"}}),
            add(
                _TASK,
                "container_definitions/api/environment",
                {"name": "DATABASE_PASSWORD", "value": "${var.database_password}"},
            ),
        ),
    ),
    Mutant(
        "account-by-a-variable",
        "the allowed account is a variable",
        "Whoever sets it decides where production is built.",
        "prod",
        _by_variable("", "provider/aws/allowed_account_ids", ["123456789012"]),
    ),
)
