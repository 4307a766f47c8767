"""What runs, how it is scaled, and what is told of it."""

from __future__ import annotations

from collections.abc import Sequence

from tealform.bootstrap.permissions.resource_arns import Names
from tealform.common.iam import Condition, Statement


def reading(names: Names) -> Sequence[Statement]:
    """What there is; of what it has written, said or been given, nothing.

    The variables of a function are read with it, and are under the environment's key:
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
    """
    return [
        Statement(
            "LookAtAccount",
            [
                "application-autoscaling:DescribeScalableTargets",
                "application-autoscaling:DescribeScalingPolicies",
                "application-autoscaling:DescribeScheduledActions",
                "chatbot:DescribeSlackChannelConfigurations",
                "chatbot:GetMicrosoftTeamsChannelConfiguration",
                "chatbot:ListTagsForResource",
                "ecs:DescribeTaskDefinition",
                "logs:DescribeLogGroups",
                "sts:GetCallerIdentity",
            ],
            ["*"],
        ),
        Statement(
            "LookAtServices",
            [
                "ecs:DescribeClusters",
                "ecs:DescribeServiceDeployments",
                "ecs:DescribeServiceRevisions",
                "ecs:DescribeServices",
                "ecs:ListServiceDeployments",
                "ecs:ListTagsForResource",
            ],
            names.here(
                "ecs",
                "cluster/{}",
                "service/{}/*",
                "service-deployment/{}/*",
                "service-revision/{}/*",
                "task-definition/{}-*",
            ),
        ),
        Statement(
            "LookAtScaling",
            ["application-autoscaling:ListTagsForResource"],
            names.here("application-autoscaling", "scalable-target/*"),
        ),
        Statement(
            "LookAtAlarms",
            ["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"],
            names.here("cloudwatch", "alarm:*"),
        ),
        Statement("LookAtLogGroups", ["logs:ListTagsForResource"], names.log_groups()),
        Statement(
            "LookAtFunctions",
            [
                "lambda:GetFunction",
                "lambda:GetFunctionCodeSigningConfig",
                "lambda:GetFunctionConfiguration",
                "lambda:ListTags",
                "lambda:ListVersionsByFunction",
            ],
            names.here("lambda", "function:{}-*"),
        ),
        Statement(
            "ReadFunctionVariables",
            ["kms:Decrypt"],
            names.here("kms", "key/*"),
            conditions=[
                Condition(
                    "StringEquals", "kms:ViaService", [f"lambda.{names.context.region}.{names.context.dns_suffix}"]
                ),
                Condition(
                    "ArnLike", "kms:EncryptionContext:aws:lambda:FunctionArn", names.here("lambda", "function:{}-*")
                ),
            ],
        ),
        Statement(
            "LookAtNotifications",
            ["sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListTagsForResource"],
            names.all("sns", "{}-*"),
        ),
        Statement(
            "LookAtRules",
            ["events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"],
            names.all("events", "rule/{}-*"),
        ),
    ]


def changing(names: Names) -> Sequence[Statement]:
    """What is called like the environment. A revision of a task is registered by its family, and retired by anything."""
    return [
        Statement(
            "ChangeServices",
            [
                f"ecs:{action}"
                for action in (
                    "CreateCluster",
                    "CreateService",
                    "DeleteCluster",
                    "DeleteService",
                    "PutClusterCapacityProviders",
                    "RegisterTaskDefinition",
                    "TagResource",
                    "UntagResource",
                    "UpdateCluster",
                    "UpdateClusterSettings",
                    "UpdateService",
                )
            ],
            names.here("ecs", "cluster/{}", "service/{}/*", "task-definition/{}-*"),
        ),
        Statement("RetireTasks", ["ecs:DeregisterTaskDefinition"], ["*"]),
        Statement(
            "ChangeScaling",
            [
                f"application-autoscaling:{action}"
                for action in (
                    "DeleteScalingPolicy",
                    "DeleteScheduledAction",
                    "DeregisterScalableTarget",
                    "PutScalingPolicy",
                    "PutScheduledAction",
                    "RegisterScalableTarget",
                )
            ],
            names.here("application-autoscaling", "scalable-target/*"),
            conditions=[Condition("StringEquals", "application-autoscaling:service-namespace", ["ecs"])],
        ),
        Statement(
            "TagScaling",
            ["application-autoscaling:TagResource", "application-autoscaling:UntagResource"],
            names.here("application-autoscaling", "scalable-target/*"),
        ),
        Statement(
            "ChangeAlarms",
            [
                "cloudwatch:DeleteAlarms",
                "cloudwatch:PutMetricAlarm",
                "cloudwatch:TagResource",
                "cloudwatch:UntagResource",
            ],
            names.here("cloudwatch", "alarm:{}-*"),
        ),
        Statement(
            "ChangeLogGroups",
            [
                f"logs:{action}"
                for action in (
                    "AssociateKmsKey",
                    "CreateLogGroup",
                    "DeleteLogGroup",
                    "DeleteRetentionPolicy",
                    "DisassociateKmsKey",
                    "PutRetentionPolicy",
                    "TagResource",
                    "UntagResource",
                )
            ],
            names.log_groups(),
        ),
        Statement(
            "ChangeFunctions",
            [
                f"lambda:{action}"
                for action in (
                    "CreateFunction",
                    "DeleteFunction",
                    "TagResource",
                    "UntagResource",
                    "UpdateFunctionCode",
                    "UpdateFunctionConfiguration",
                )
            ],
            names.here("lambda", "function:{}-*"),
        ),
        Statement(
            "ChangeNotifications",
            [
                f"sns:{action}"
                for action in (
                    "CreateTopic",
                    "DeleteTopic",
                    "SetSubscriptionAttributes",
                    "SetTopicAttributes",
                    "Subscribe",
                    "TagResource",
                    "Unsubscribe",
                    "UntagResource",
                )
            ],
            names.all("sns", "{}-*"),
        ),
        Statement(
            "ChangeRules",
            [
                f"events:{action}"
                for action in (
                    "DeleteRule",
                    "DisableRule",
                    "EnableRule",
                    "PutRule",
                    "PutTargets",
                    "RemoveTargets",
                    "TagResource",
                    "UntagResource",
                )
            ],
            names.all("events", "rule/{}-*"),
        ),
        Statement(
            "TellChats",
            ["chatbot:CreateMicrosoftTeamsChannelConfiguration", "chatbot:CreateSlackChannelConfiguration"],
            ["*"],
        ),
        Statement(
            "ChangeChats",
            [
                f"chatbot:{action}"
                for action in (
                    "DeleteMicrosoftTeamsChannelConfiguration",
                    "DeleteSlackChannelConfiguration",
                    "TagResource",
                    "UntagResource",
                    "UpdateMicrosoftTeamsChannelConfiguration",
                    "UpdateSlackChannelConfiguration",
                )
            ],
            [context.global_arn("chatbot", f"chat-configuration/*/{context.prefix}-*") for context in names.contexts],
        ),
    ]
