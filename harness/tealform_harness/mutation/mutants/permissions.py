"""IAM: what roles may do."""

from __future__ import annotations

import json
from typing import Any

from tealform_harness.mutation.edits import add, create, drop, put, together
from tealform_harness.mutation.mutant import Change, Mutant

_PIPELINE = "delivery-api/pipeline/role/permissions"
_PASS = "statement/PassRoles"
_BUILD = "delivery-api/build/role/permissions"
_DEPLOYMENT = "delivery-api/deployment/role/permissions"
_EXECUTION = "service-api/roles/execution/permissions"
_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def _allow(path: str, *actions: str, resources: tuple[str, ...] = ("*",), **more: Any) -> Change:
    statement = {"sid": "More", "effect": "Allow", "actions": list(actions), "resources": list(resources), **more}
    return add(path, "statement", statement)


MUTANTS = (
    Mutant(
        "pass-any-role",
        "a pipeline may pass every role",
        "Who changes a pipeline starts a task as administrator.",
        "prod",
        put(_PIPELINE, f"{_PASS}/resources", ["*"]),
    ),
    Mutant(
        "pass-any-role-by-a-pattern",
        "a pipeline may pass every role of the project",
        "Releases of one service run with the roles of all others, those of production's pipelines too.",
        "prod",
        put(_PIPELINE, f"{_PASS}/resources", ["arn:aws:iam::123456789012:role/shop-*"]),
    ),
    Mutant(
        "pass-roles-to-any-service",
        "a pipeline may pass the service's roles to any service of AWS",
        "The roles can be used for what nobody meant them for.",
        "prod",
        drop(_PIPELINE, f"{_PASS}/condition"),
    ),
    Mutant(
        "pass-roles-to-any-service-by-a-pattern",
        "a pipeline may pass roles to any service that matches *",
        "The roles can be used for what nobody meant them for.",
        "prod",
        together(
            put(_PIPELINE, f"{_PASS}/condition/iam:PassedToService/test", "StringLike"),
            put(_PIPELINE, f"{_PASS}/condition/iam:PassedToService/values", ["*"]),
        ),
    ),
    Mutant(
        "pass-roles-with-an-empty-condition",
        "the condition on passing roles is an empty list",
        "It is no condition, and checks go blind by it.",
        "prod",
        put(_PIPELINE, f"{_PASS}/condition", []),
    ),
    Mutant(
        "pass-any-role-but-one",
        "a pipeline may pass every role but one (not_resources)",
        "Who changes a pipeline starts a task as administrator.",
        "prod",
        together(
            drop(_PIPELINE, f"{_PASS}/resources"),
            put(_PIPELINE, f"{_PASS}/not_resources", ["arn:aws:iam::123456789012:role/shop-prod-web-task"]),
        ),
    ),
    Mutant(
        "pass-by-other-spelling",
        "a pipeline may pass every role, written in another way (IAM:pass*)",
        "Who changes a pipeline starts a task as administrator.",
        "prod",
        _allow(_PIPELINE, "IAM:pass*"),
    ),
    Mutant(
        "pass-the-neighbours-roles",
        "a pipeline may pass another service's role",
        "Releases of one service run with what the other may do.",
        "prod",
        add(_PIPELINE, f"{_PASS}/resources", "${aws_iam_role.service-web_roles_task_role.arn}"),
    ),
    Mutant(
        "everything-for-builds",
        "a build role may do everything",
        "What a pull request brings along has the account.",
        "prod",
        _allow(_BUILD, "*"),
    ),
    Mutant(
        "everything-but-iam-for-builds",
        "a build role may do everything but IAM (not_actions)",
        "What a pull request brings along has all data of the account.",
        "prod",
        add(
            _BUILD,
            "statement",
            {"sid": "More", "effect": "Allow", "not_actions": ["iam:*"], "resources": ["*"]},
        ),
    ),
    Mutant(
        "all-of-s3-for-builds",
        "a build role may do all of S3 on every bucket",
        "What a pull request brings along has every bucket of the account.",
        "prod",
        _allow(_BUILD, "s3:*"),
    ),
    Mutant(
        "all-of-s3-on-artifacts",
        "a build role may do all of S3 on its artifacts",
        "It may open them to the world, or delete every version.",
        "prod",
        put(_BUILD, "statement/Artifacts/actions", ["s3:*"]),
    ),
    Mutant(
        "artifacts-of-all-pipelines",
        "a build role may read and write the artifacts of all pipelines",
        "What one service builds changes what another releases, in production too.",
        "prod",
        put(_BUILD, "statement/Artifacts/resources", ["arn:aws:s3:::shop-*/*"]),
    ),
    Mutant(
        "images-of-all-services",
        "a build role may push to every repository",
        "What one service builds is what another runs.",
        "prod",
        put(
            _BUILD,
            "statement/PushImages/resources",
            ["arn:aws:ecr:ap-northeast-1:123456789012:repository/*"],
        ),
    ),
    Mutant(
        "images-may-be-deleted",
        "a build role may delete images",
        "What a pull request brings along takes away what could be rolled back to.",
        "prod",
        add(_BUILD, "statement/PushImages/actions", "ecr:BatchDeleteImage", "ecr:PutImageTagMutability"),
    ),
    Mutant(
        "all-secrets",
        "an execution role may read every secret",
        "What breaks into one task has the secrets of the account.",
        "prod",
        put(_EXECUTION, "statement/ReadSecrets/resources", ["*"]),
    ),
    Mutant(
        "all-secrets-by-a-pattern",
        "an execution role may read every secret of the project",
        "What breaks into one task has the secrets of all services.",
        "prod",
        put(
            _EXECUTION,
            "statement/ReadSecrets/resources",
            ["arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:shop/*"],
        ),
    ),
    Mutant(
        "secrets-may-not-be-read",
        "an execution role may not read the secrets of its containers",
        "No task starts.",
        "prod",
        drop(_EXECUTION, "statement/ReadSecrets"),
    ),
    Mutant(
        "all-keys",
        "a pipeline may decrypt with every key of the account",
        "Who changes a pipeline reads what others have encrypted.",
        "prod",
        drop("delivery-web/pipeline/role/permissions", "statement/DecryptRelease/condition"),
    ),
    Mutant(
        "traffic-of-everybody",
        "a deployment role may change every listener and rule",
        "A release of one service moves another's traffic.",
        "prod",
        put(_DEPLOYMENT, "statement/MoveTraffic/resources", ["*"]),
    ),
    Mutant(
        "traffic-cannot-be-moved",
        "a deployment role may not change the production rule",
        "Every release fails when traffic is to move.",
        "prod",
        drop(
            _DEPLOYMENT,
            "statement/MoveTraffic/resources/${aws_lb_listener_rule.service-api_rules_production.arn}",
        ),
    ),
    Mutant(
        "task-sets-of-everybody",
        "the condition was removed from what a deployment role may create in ECS",
        "A release of one service starts tasks in every other.",
        "prod",
        drop(_DEPLOYMENT, "statement/CreateTaskSets/condition"),
    ),
    Mutant(
        "alarms-cannot-be-asked",
        "a deployment role may not look at alarms",
        "Every release fails, or no alarm ever stops one.",
        "prod",
        drop(_DEPLOYMENT, "statement/LookAtAlarms"),
    ),
    Mutant(
        "function-may-change-networks",
        "what keeps the smoke test's code from network interfaces was removed",
        "Its code may detach any interface of the region.",
        "prod",
        drop("service-web/smoke-test/role/permissions", "statement/LeaveNetworkToLambda"),
        "AWS's own policy for functions in a network (AWSLambdaVPCAccessExecutionRole) allows the same without the denial.",
    ),
    Mutant(
        "roles-may-be-changed",
        "a build role may write policies of roles",
        "It gives itself what it has not.",
        "prod",
        _allow(_BUILD, "iam:PutRolePolicy", "iam:AttachRolePolicy"),
    ),
    Mutant(
        "access-keys-may-be-made",
        "a pipeline may make access keys",
        "They work from anywhere, long after the pipeline is gone.",
        "prod",
        _allow(_PIPELINE, "iam:CreateAccessKey"),
    ),
    Mutant(
        "every-role-may-be-taken",
        "a build role may take every role",
        "What a pull request brings along has whatever trusts the account.",
        "prod",
        _allow(_BUILD, "sts:AssumeRole"),
    ),
    Mutant(
        "every-pipeline-may-be-started",
        "the role that starts one pipeline may start all",
        "An event of one repository releases another service.",
        "prod",
        put("delivery-api/pipeline/start-role/permissions", "statement/Start/resources", ["*"]),
    ),
    Mutant(
        "shells-for-builds",
        "a build role may open shells in every container",
        "What a pull request brings along is in production's containers.",
        "prod",
        _allow(_BUILD, "ecs:ExecuteCommand", "ssm:StartSession"),
    ),
    Mutant(
        "resource-forgotten",
        "a role's statement has an action on no resource",
        "AWS refuses the policy, in the middle of an apply.",
        "prod",
        drop(_BUILD, "statement/Artifacts/resources"),
    ),
    Mutant(
        "action-mistyped",
        "an action of a role is misspelt",
        "IAM takes it and it allows nothing: every build fails.",
        "prod",
        put(_BUILD, "statement/LoginToEcr/actions", ["ecr:GetAuthorisationToken"]),
    ),
    Mutant(
        "everything-by-a-text",
        "a role's policy is a text that allows everything",
        "What the role runs has the account.",
        "prod",
        put("delivery-api/build/role/policy", "policy", json.dumps(_EVERYTHING)),
    ),
    Mutant(
        "everything-by-another-document",
        "a policy is merged with a text that allows everything (source_policy_documents)",
        "What the role runs has the account.",
        "prod",
        put(_BUILD, "source_policy_documents", [json.dumps(_EVERYTHING)]),
    ),
    Mutant(
        "everything-by-overriding",
        "a policy's statement is overridden by a text that allows everything (override_policy_documents)",
        "What the role runs has the account.",
        "prod",
        put(_BUILD, "override_policy_documents", [json.dumps(_EVERYTHING)]),
    ),
    Mutant(
        "everything-inside-of-the-role",
        "a role has an inline policy of the older kind that allows everything",
        "What the role runs has the account.",
        "prod",
        put("delivery-api/build/role/role", "inline_policy", [{"name": "more", "policy": json.dumps(_EVERYTHING)}]),
    ),
    Mutant(
        "administrator-attached",
        "AdministratorAccess is attached to a build role",
        "What a pull request brings along has the account.",
        "prod",
        create(
            "aws_iam_role_policy_attachment.more",
            role="${aws_iam_role.delivery-api_build_role.name}",
            policy_arn="arn:aws:iam::aws:policy/AdministratorAccess",
        ),
    ),
    Mutant(
        "power-user-inside-of-the-role",
        "a task role has PowerUserAccess among its managed policies",
        "What breaks into the application has all data of the account.",
        "prod",
        put(
            "service-api/roles/task/role",
            "managed_policy_arns",
            ["arn:aws:iam::aws:policy/PowerUserAccess"],
        ),
    ),
    Mutant(
        "everything-by-a-policy-of-its-own",
        "a policy of its own that allows everything is attached to a task role",
        "What breaks into the application has the account.",
        "prod",
        together(
            create("aws_iam_policy.more", name="shop-prod-more", policy=json.dumps(_EVERYTHING)),
            create(
                "aws_iam_role_policy_attachment.more",
                role="${aws_iam_role.service-api_roles_task_role.name}",
                policy_arn="${aws_iam_policy.more.arn}",
            ),
        ),
    ),
    Mutant(
        "user-with-an-access-key",
        "somebody adds a user with an access key",
        "The key stands in the state, and works from anywhere.",
        "prod",
        together(
            create("aws_iam_user.deployer", name="shop-prod-deployer"),
            create("aws_iam_access_key.deployer", user="${aws_iam_user.deployer.name}"),
        ),
    ),
)
