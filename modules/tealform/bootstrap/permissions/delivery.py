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
            "application-autoscaling:DescribeScalableTargets application-autoscaling:DescribeScalingPolicies "
            "application-autoscaling:DescribeScheduledActions chatbot:DescribeSlackChannelConfigurations "
            "chatbot:GetMicrosoftTeamsChannelConfiguration chatbot:ListTagsForResource "
            "ecs:DescribeTaskDefinition logs:DescribeLogGroups sts:GetCallerIdentity",
            ["*"],
        ),
        allow(
            "LookAtServices",
            "ecs:DescribeClusters ecs:DescribeServiceDeployments ecs:DescribeServiceRevisions "
            "ecs:DescribeServices ecs:ListServiceDeployments ecs:ListTagsForResource",
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
        allow(
            "LookAtAlarms",
            "cloudwatch:DescribeAlarms cloudwatch:ListTagsForResource",
            arns.here("cloudwatch", "alarm:*"),
        ),
        allow("LookAtLogGroups", "logs:ListTagsForResource", arns.log_groups()),
        allow(
            "LookAtFunctions",
            "lambda:GetFunction lambda:GetFunctionCodeSigningConfig lambda:GetFunctionConfiguration "
            "lambda:ListTags lambda:ListVersionsByFunction",
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
            "sns:GetSubscriptionAttributes sns:GetTopicAttributes sns:ListTagsForResource",
            arns.all("sns", "{}-*"),
        ),
        allow(
            "LookAtRules",
            "events:DescribeRule events:ListTagsForResource events:ListTargetsByRule",
            arns.all("events", "rule/{}-*"),
        ),
    ]


def change_services(arns: ResourceArns) -> Sequence[Statement]:
    """Return the permission to change what is named after the environment. Task revisions are retired without a resource."""
    return [
        allow(
            "ChangeServices",
            "ecs:CreateCluster ecs:CreateService ecs:DeleteCluster ecs:DeleteService "
            "ecs:PutClusterCapacityProviders ecs:RegisterTaskDefinition ecs:TagResource ecs:UntagResource "
            "ecs:UpdateCluster ecs:UpdateClusterSettings ecs:UpdateService",
            arns.here("ecs", "cluster/{}", "service/{}/*", "task-definition/{}-*"),
        ),
        allow("RetireTasks", "ecs:DeregisterTaskDefinition", ["*"]),
        allow(
            "ChangeScaling",
            "application-autoscaling:DeleteScalingPolicy application-autoscaling:DeleteScheduledAction "
            "application-autoscaling:DeregisterScalableTarget application-autoscaling:PutScalingPolicy "
            "application-autoscaling:PutScheduledAction application-autoscaling:RegisterScalableTarget",
            arns.here("application-autoscaling", "scalable-target/*"),
            conditions=[Condition("StringEquals", "application-autoscaling:service-namespace", ["ecs"])],
        ),
        allow(
            "TagScaling",
            "application-autoscaling:TagResource application-autoscaling:UntagResource",
            arns.here("application-autoscaling", "scalable-target/*"),
        ),
        allow(
            "ChangeAlarms",
            "cloudwatch:DeleteAlarms cloudwatch:PutMetricAlarm cloudwatch:TagResource cloudwatch:UntagResource",
            arns.here("cloudwatch", "alarm:{}-*"),
        ),
        allow(
            "ChangeLogGroups",
            "logs:AssociateKmsKey logs:CreateLogGroup logs:DeleteLogGroup logs:DeleteRetentionPolicy "
            "logs:DisassociateKmsKey logs:PutRetentionPolicy logs:TagResource logs:UntagResource",
            arns.log_groups(),
        ),
        allow(
            "ChangeFunctions",
            "lambda:CreateFunction lambda:DeleteFunction lambda:TagResource lambda:UntagResource "
            "lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration",
            arns.here("lambda", "function:{}-*"),
        ),
        allow(
            "ChangeNotifications",
            "sns:CreateTopic sns:DeleteTopic sns:SetSubscriptionAttributes sns:SetTopicAttributes "
            "sns:Subscribe sns:TagResource sns:Unsubscribe sns:UntagResource",
            arns.all("sns", "{}-*"),
        ),
        allow(
            "ChangeRules",
            "events:DeleteRule events:DisableRule events:EnableRule events:PutRule events:PutTargets "
            "events:RemoveTargets events:TagResource events:UntagResource",
            arns.all("events", "rule/{}-*"),
        ),
        allow(
            "TellChats",
            "chatbot:CreateMicrosoftTeamsChannelConfiguration chatbot:CreateSlackChannelConfiguration",
            ["*"],
        ),
        allow(
            "ChangeChats",
            "chatbot:DeleteMicrosoftTeamsChannelConfiguration chatbot:DeleteSlackChannelConfiguration "
            "chatbot:TagResource chatbot:UntagResource chatbot:UpdateMicrosoftTeamsChannelConfiguration "
            "chatbot:UpdateSlackChannelConfiguration",
            [context.global_arn("chatbot", f"chat-configuration/*/{context.prefix}-*") for context in arns.contexts],
        ),
    ]


def read_pipelines(arns: ResourceArns) -> Sequence[Statement]:
    """Return the permission to describe pipelines and what is running; no source, image or secret."""
    deployments = ("application:{}-*", "deploymentgroup:{}-*", "deploymentconfig:{}-*")
    return [
        allow(
            "LookAtRegistries",
            "codecommit:GetApprovalRuleTemplate codecommit:ListRepositoriesForApprovalRuleTemplate "
            "ecr:DescribePullThroughCacheRules ssm:DescribeParameters",
            ["*"],
        ),
        allow(
            "LookAtPipelines",
            "codepipeline:GetPipeline codepipeline:GetPipelineState codepipeline:ListPipelineExecutions "
            "codepipeline:ListTagsForResource",
            arns.all("codepipeline", "{}-*"),
        ),
        allow("LookAtBuilds", "codebuild:BatchGetProjects", arns.all("codebuild", "project/{}-*")),
        allow(
            "LookAtDeployments",
            "codedeploy:BatchGetDeployments codedeploy:GetApplication codedeploy:GetDeployment "
            "codedeploy:GetDeploymentConfig codedeploy:GetDeploymentGroup codedeploy:ListDeployments "
            "codedeploy:ListTagsForResource",
            arns.here("codedeploy", *deployments),
        ),
        allow(
            "LookAtSources",
            "codecommit:GetRepository codecommit:ListAssociatedApprovalRuleTemplatesForRepository "
            "codecommit:ListTagsForResource",
            _repositories(arns),
        ),
        allow(
            "LookAtConnections",
            "codeconnections:GetConnection codeconnections:ListTagsForResource",
            arns.here("codeconnections", "connection/*"),
        ),
        allow(
            "LookAtImages",
            "ecr:DescribeRepositories ecr:GetLifecyclePolicy ecr:GetRepositoryPolicy ecr:ListTagsForResource",
            arns.all("ecr", "repository/{}-*"),
        ),
        allow(
            "LookAtTelling",
            "codestar-notifications:DescribeNotificationRule codestar-notifications:ListTagsForResource",
            arns.here("codestar-notifications", "notificationrule/*"),
        ),
        # What a release is filled from, which holds no secret.
        allow("LookAtReleases", "ssm:GetParameter ssm:GetParameters ssm:ListTagsForResource", _parameters(arns)),
    ]


def change_pipelines(arns: ResourceArns) -> Sequence[Statement]:
    """Return the permission to change what is named after the environment, and in this region what has no name beforehand."""
    return [
        allow(
            "ChangePipelines",
            "codepipeline:CreatePipeline codepipeline:DeletePipeline codepipeline:TagResource "
            "codepipeline:UntagResource codepipeline:UpdatePipeline",
            arns.all("codepipeline", "{}-*"),
        ),
        allow(
            "ChangeBuilds",
            "codebuild:CreateProject codebuild:DeleteProject codebuild:UpdateProject",
            arns.all("codebuild", "project/{}-*"),
        ),
        allow(
            "ChangeDeployments",
            "codedeploy:CreateApplication codedeploy:CreateDeploymentConfig codedeploy:CreateDeploymentGroup "
            "codedeploy:DeleteApplication codedeploy:DeleteDeploymentConfig codedeploy:DeleteDeploymentGroup "
            "codedeploy:TagResource codedeploy:UntagResource codedeploy:UpdateApplication "
            "codedeploy:UpdateDeploymentGroup",
            arns.here("codedeploy", "application:{}-*", "deploymentgroup:{}-*", "deploymentconfig:{}-*"),
        ),
        allow(
            "ChangeSources",
            "codecommit:AssociateApprovalRuleTemplateWithRepository codecommit:CreateRepository "
            "codecommit:DeleteRepository codecommit:DisassociateApprovalRuleTemplateFromRepository "
            "codecommit:TagResource codecommit:UntagResource codecommit:UpdateDefaultBranch "
            "codecommit:UpdateRepositoryDescription codecommit:UpdateRepositoryName",
            _repositories(arns),
        ),
        allow(
            "ChangeRegistries",
            "codecommit:CreateApprovalRuleTemplate codecommit:DeleteApprovalRuleTemplate "
            "codecommit:UpdateApprovalRuleTemplateContent codecommit:UpdateApprovalRuleTemplateDescription "
            "codecommit:UpdateApprovalRuleTemplateName codeconnections:CreateConnection "
            "codestar-notifications:DeleteTarget ecr:CreatePullThroughCacheRule "
            "ecr:DeletePullThroughCacheRule ecr:UpdatePullThroughCacheRule",
            ["*"],
        ),
        allow(
            "TagConnections",
            "codeconnections:TagResource codeconnections:UntagResource",
            arns.here("codeconnections", "connection/*"),
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
            "ecr:CreateRepository ecr:DeleteLifecyclePolicy ecr:DeleteRepository ecr:DeleteRepositoryPolicy "
            "ecr:PutImageScanningConfiguration ecr:PutImageTagMutability ecr:PutLifecyclePolicy "
            "ecr:SetRepositoryPolicy ecr:TagResource ecr:UntagResource",
            arns.all("ecr", "repository/{}-*"),
        ),
        allow(
            "ChangeTelling",
            "codestar-notifications:CreateNotificationRule codestar-notifications:DeleteNotificationRule "
            "codestar-notifications:Subscribe codestar-notifications:Unsubscribe "
            "codestar-notifications:UpdateNotificationRule",
            arns.here("codestar-notifications", "notificationrule/*"),
            conditions=[
                Condition(
                    "ArnLike", "codestar-notifications:NotificationsForResource", arns.all("codepipeline", "{}-*")
                )
            ],
        ),
        allow(
            "TagTelling",
            "codestar-notifications:TagResource codestar-notifications:UntagResource",
            arns.here("codestar-notifications", "notificationrule/*"),
        ),
        allow(
            "ChangeReleases",
            "ssm:AddTagsToResource ssm:DeleteParameter ssm:PutParameter ssm:RemoveTagsFromResource",
            _parameters(arns),
        ),
    ]


def _repositories(arns: ResourceArns) -> list[str]:
    return [*arns.all("codecommit", "{}-*"), *(arns.context.arn("codecommit", name) for name in arns.repositories)]


def _parameters(arns: ResourceArns) -> list[str]:
    return [
        context.arn("ssm", f"parameter/release/{context.project}/{context.environment}/*") for context in arns.contexts
    ]
