"""Roles: those of the environment, and none of those that run Terraform."""

from __future__ import annotations

from collections.abc import Sequence

from tealform.bootstrap.permissions.resource_arns import Names
from tealform.common.iam import Condition, Statement

PATH = "/automation/"
"""Where in IAM the roles and policies are of whoever runs Terraform: no name of an environment's own begins like that."""

# Whoever may set a service up must be able to hand its role over:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
_PASSED_TO = (
    "chatbot",
    "codebuild",
    "codedeploy",
    "codepipeline",
    "ecs",
    "ecs-tasks",
    "events",
    "lambda",
    "vpc-flow-logs",
)

# What AWS makes a role of its own for, the first time that an account asks:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
_LINKED = (
    "codestar-notifications",
    "ecs",
    "ecs.application-autoscaling",
    "elasticloadbalancing",
    "management.chatbot",
    "pullthroughcache.ecr",
    "wafv2",
)


def reading(names: Names) -> Sequence[Statement]:
    """Who may what."""
    return [
        Statement(
            "LookAtRoles",
            [
                "iam:GetRole",
                "iam:GetRolePolicy",
                "iam:ListAttachedRolePolicies",
                "iam:ListInstanceProfilesForRole",
                "iam:ListRolePolicies",
            ],
            names.roles(),
        )
    ]


def changing(names: Names) -> Sequence[Statement]:
    """The environment's roles; what is denied is denied whatever somebody adds to the policies."""
    context = names.context
    lent = Condition(
        "ArnEquals",
        "iam:PolicyARN",
        [
            f"arn:{context.partition}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers",
            *names.policies,
        ],
    )
    ours = [
        context.global_arn("iam", f"role{PATH}*"),
        context.global_arn("iam", f"policy{PATH}*"),
        context.global_arn("iam", "oidc-provider/*"),
    ]
    return [
        Statement(
            "ChangeRoles",
            [
                f"iam:{action}"
                for action in (
                    "CreateRole",
                    "DeleteRole",
                    "DeleteRolePolicy",
                    "PutRolePolicy",
                    "TagRole",
                    "UntagRole",
                    "UpdateAssumeRolePolicy",
                    "UpdateRole",
                    "UpdateRoleDescription",
                )
            ],
            names.roles(),
        ),
        Statement("ChoosePolicies", ["iam:AttachRolePolicy", "iam:DetachRolePolicy"], names.roles(), conditions=[lent]),
        Statement(
            "PassRoles",
            ["iam:PassRole"],
            names.roles(),
            conditions=[
                Condition("StringEquals", "iam:PassedToService", [f"{each}.amazonaws.com" for each in _PASSED_TO])
            ],
        ),
        Statement(
            "LetAwsMakeRoles",
            ["iam:CreateServiceLinkedRole"],
            [context.global_arn("iam", "role/aws-service-role/*")],
            conditions=[Condition("StringEquals", "iam:AWSServiceName", [f"{each}.amazonaws.com" for each in _LINKED])],
        ),
        Statement("LeaveOwnRolesAlone", ["iam:*"], ours, effect="Deny"),
        Statement("TakeNoOtherRole", ["sts:AssumeRole"], ["*"], effect="Deny"),
    ]
