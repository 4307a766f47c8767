"""What runs, how it is scaled and reported on, and how it is released."""

from __future__ import annotations

from collections.abc import Sequence

from tealform.bootstrap.permissions.resource_arns import ResourceArns, allow
from tealform.common.iam import Condition, Statement


def read_services(arns: ResourceArns) -> Sequence[Statement]:
    """Return the permission to describe services, scaling and notifications; no log, message or secret.

    The variables of a function are read with it, and are under the environment's key:
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
    """
    return [
        allow(
            "LookAtAccount",
            "application-autoscaling:DescribeScalableTargets DescribeScalingPolicies DescribeScheduledActions"
            " chatbot:DescribeSlackChannelConfigurations GetMicrosoftTeamsChannelConfiguration"
            " ListTagsForResource ecs:DescribeTaskDefinition logs:DescribeLogGroups sts:GetCallerIdentity",
            ["*"],
        ),
        allow(
            "LookAtServices",
            "ecs:DescribeClusters DescribeServiceDeployments DescribeServiceRevisions DescribeServices"
            " ListServiceDeployments ListTagsForResource",
            arns.here(
                "ecs",
                "cluster/{}",
                "service/{}/*",
                "service-deployment/{}/*",
                "service-revision/{}/*",
                "task-definition/{}-*",
            ),
        ),
        allow(
            "LookAtScaling",
            "application-autoscaling:ListTagsForResource",
            arns.here("application-autoscaling", "scalable-target/*"),
        ),
        allow("LookAtAlarms", "cloudwatch:DescribeAlarms ListTagsForResource", arns.here("cloudwatch", "alarm:*")),
        allow("LookAtLogGroups", "logs:ListTagsForResource", arns.log_groups()),
        allow(
            "LookAtFunctions",
            "lambda:GetFunction GetFunctionCodeSigningConfig GetFunctionConfiguration ListTags ListVersionsByFunction",
            arns.here("lambda", "function:{}-*"),
        ),
        allow(
            "ReadFunctionVariables",
            "kms:Decrypt",
            arns.here("kms", "key/*"),
            conditions=[
                arns.via("lambda"),
                Condition(
                    "ArnLike", "kms:EncryptionContext:aws:lambda:FunctionArn", arns.here("lambda", "function:{}-*")
                ),
            ],
        ),
        allow(
            "LookAtNotifications",
            "sns:GetSubscriptionAttributes GetTopicAttributes ListTagsForResource",
            arns.all("sns", "{}-*"),
        ),
        allow(
            "LookAtRules", "events:DescribeRule ListTagsForResource ListTargetsByRule", arns.all("events", "rule/{}-*")
        ),
    ]


def change_services(arns: ResourceArns) -> Sequence[Statement]:
    """Return the permission to change what is named after the environment. Task revisions are retired without a resource."""
    return [
        allow(
            "ChangeServices",
            "ecs:CreateCluster CreateService DeleteCluster DeleteService PutClusterCapacityProviders"
            " RegisterTaskDefinition TagResource UntagResource UpdateCluster UpdateClusterSettings UpdateService",
            arns.here("ecs", "cluster/{}", "service/{}/*", "task-definition/{}-*"),
        ),
        allow("RetireTasks", "ecs:DeregisterTaskDefinition", ["*"]),
        allow(
            "ChangeScaling",
            "application-autoscaling:DeleteScalingPolicy DeleteScheduledAction DeregisterScalableTarget"
            " PutScalingPolicy PutScheduledAction RegisterScalableTarget",
            arns.here("application-autoscaling", "scalable-target/*"),
            conditions=[Condition("StringEquals", "application-autoscaling:service-namespace", ["ecs"])],
        ),
        allow(
            "TagScaling",
            "application-autoscaling:TagResource UntagResource",
            arns.here("application-autoscaling", "scalable-target/*"),
        ),
        allow(
            "ChangeAlarms",
            "cloudwatch:DeleteAlarms PutMetricAlarm TagResource UntagResource",
            arns.here("cloudwatch", "alarm:{}-*"),
        ),
        allow(
            "ChangeLogGroups",
            "logs:AssociateKmsKey CreateLogGroup DeleteLogGroup DeleteRetentionPolicy DisassociateKmsKey"
            " PutRetentionPolicy TagResource UntagResource",
            arns.log_groups(),
        ),
        allow(
            "ChangeFunctions",
            "lambda:CreateFunction DeleteFunction TagResource UntagResource UpdateFunctionCode"
            " UpdateFunctionConfiguration",
            arns.here("lambda", "function:{}-*"),
        ),
        allow(
            "ChangeNotifications",
            "sns:CreateTopic DeleteTopic SetSubscriptionAttributes SetTopicAttributes Subscribe TagResource"
            " Unsubscribe UntagResource",
            arns.all("sns", "{}-*"),
        ),
        allow(
            "ChangeRules",
            "events:DeleteRule DisableRule EnableRule PutRule PutTargets RemoveTargets TagResource UntagResource",
            arns.all("events", "rule/{}-*"),
        ),
        allow("TellChats", "chatbot:CreateMicrosoftTeamsChannelConfiguration CreateSlackChannelConfiguration", ["*"]),
        allow(
            "ChangeChats",
            "chatbot:DeleteMicrosoftTeamsChannelConfiguration DeleteSlackChannelConfiguration TagResource"
            " UntagResource UpdateMicrosoftTeamsChannelConfiguration UpdateSlackChannelConfiguration",
            [context.global_arn("chatbot", f"chat-configuration/*/{context.prefix}-*") for context in arns.contexts],
        ),
    ]


def read_pipelines(arns: ResourceArns) -> Sequence[Statement]:
    """Return the permission to describe pipelines and what is running; no source, image or secret."""
    deployments = ("application:{}-*", "deploymentgroup:{}-*", "deploymentconfig:{}-*")
    return [
        allow(
            "LookAtRegistries",
            "codecommit:GetApprovalRuleTemplate ListRepositoriesForApprovalRuleTemplate"
            " ecr:DescribePullThroughCacheRules ssm:DescribeParameters",
            ["*"],
        ),
        allow(
            "LookAtPipelines",
            "codepipeline:GetPipeline GetPipelineState ListPipelineExecutions ListTagsForResource",
            arns.all("codepipeline", "{}-*"),
        ),
        allow("LookAtBuilds", "codebuild:BatchGetProjects", arns.all("codebuild", "project/{}-*")),
        allow(
            "LookAtDeployments",
            "codedeploy:BatchGetDeployments GetApplication GetDeployment GetDeploymentConfig GetDeploymentGroup"
            " ListDeployments ListTagsForResource",
            arns.here("codedeploy", *deployments),
        ),
        allow(
            "LookAtSources",
            "codecommit:GetRepository ListAssociatedApprovalRuleTemplatesForRepository ListTagsForResource",
            _repositories(arns),
        ),
        allow(
            "LookAtConnections",
            "codeconnections:GetConnection ListTagsForResource",
            arns.here("codeconnections", "connection/*"),
        ),
        allow(
            "LookAtImages",
            "ecr:DescribeRepositories GetLifecyclePolicy GetRepositoryPolicy ListTagsForResource",
            arns.all("ecr", "repository/{}-*"),
        ),
        allow(
            "LookAtTelling",
            "codestar-notifications:DescribeNotificationRule ListTagsForResource",
            arns.here("codestar-notifications", "notificationrule/*"),
        ),
        # What a release is filled from, which holds no secret.
        allow("LookAtReleases", "ssm:GetParameter GetParameters ListTagsForResource", _parameters(arns)),
    ]


def change_pipelines(arns: ResourceArns) -> Sequence[Statement]:
    """Return the permission to change what is named after the environment, and in this region what has no name beforehand."""
    return [
        allow(
            "ChangePipelines",
            "codepipeline:CreatePipeline DeletePipeline TagResource UntagResource UpdatePipeline",
            arns.all("codepipeline", "{}-*"),
        ),
        allow(
            "ChangeBuilds", "codebuild:CreateProject DeleteProject UpdateProject", arns.all("codebuild", "project/{}-*")
        ),
        allow(
            "ChangeDeployments",
            "codedeploy:CreateApplication CreateDeploymentConfig CreateDeploymentGroup DeleteApplication"
            " DeleteDeploymentConfig DeleteDeploymentGroup TagResource UntagResource UpdateApplication"
            " UpdateDeploymentGroup",
            arns.here("codedeploy", "application:{}-*", "deploymentgroup:{}-*", "deploymentconfig:{}-*"),
        ),
        allow(
            "ChangeSources",
            "codecommit:AssociateApprovalRuleTemplateWithRepository CreateRepository DeleteRepository"
            " DisassociateApprovalRuleTemplateFromRepository TagResource UntagResource UpdateDefaultBranch"
            " UpdateRepositoryDescription UpdateRepositoryName",
            _repositories(arns),
        ),
        allow(
            "ChangeRegistries",
            "codecommit:CreateApprovalRuleTemplate DeleteApprovalRuleTemplate UpdateApprovalRuleTemplateContent"
            " UpdateApprovalRuleTemplateDescription UpdateApprovalRuleTemplateName"
            " codeconnections:CreateConnection codestar-notifications:DeleteTarget"
            " ecr:CreatePullThroughCacheRule DeletePullThroughCacheRule UpdatePullThroughCacheRule",
            ["*"],
        ),
        allow(
            "TagConnections", "codeconnections:TagResource UntagResource", arns.here("codeconnections", "connection/*")
        ),
        allow(
            "DeleteConnections",
            "codeconnections:DeleteConnection",
            arns.here("codeconnections", "connection/*"),
            conditions=arns.tagged(),
        ),
        # A connection's id is not known before; the permission to pass it to a pipeline may be asked for by the old name:
        # https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html
        allow(
            "LendConnections",
            "codeconnections:PassConnection codestar-connections:PassConnection",
            [
                arn
                for service in ("codeconnections", "codestar-connections")
                for arn in arns.here(service, "connection/*")
            ],
        ),
        allow(
            "ChangeImages",
            "ecr:CreateRepository DeleteLifecyclePolicy DeleteRepository DeleteRepositoryPolicy"
            " PutImageScanningConfiguration PutImageTagMutability PutLifecyclePolicy SetRepositoryPolicy"
            " TagResource UntagResource",
            arns.all("ecr", "repository/{}-*"),
        ),
        allow(
            "ChangeTelling",
            "codestar-notifications:CreateNotificationRule DeleteNotificationRule Subscribe Unsubscribe"
            " UpdateNotificationRule",
            arns.here("codestar-notifications", "notificationrule/*"),
            conditions=[
                Condition(
                    "ArnLike", "codestar-notifications:NotificationsForResource", arns.all("codepipeline", "{}-*")
                )
            ],
        ),
        allow(
            "TagTelling",
            "codestar-notifications:TagResource UntagResource",
            arns.here("codestar-notifications", "notificationrule/*"),
        ),
        allow(
            "ChangeReleases",
            "ssm:AddTagsToResource DeleteParameter PutParameter RemoveTagsFromResource",
            _parameters(arns),
        ),
    ]


def _repositories(arns: ResourceArns) -> list[str]:
    return [*arns.all("codecommit", "{}-*"), *(arns.context.arn("codecommit", name) for name in arns.repositories)]


def _parameters(arns: ResourceArns) -> list[str]:
    return [
        context.arn("ssm", f"parameter/release/{context.project}/{context.environment}/*") for context in arns.contexts
    ]
