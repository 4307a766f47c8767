"""Sources, builds, images and releases."""

from __future__ import annotations

from collections.abc import Sequence

from tealform.bootstrap.permissions.resource_arns import Names
from tealform.common.iam import Condition, Statement

# A connection has an id that is not known before; the right to hand it to a pipeline may be asked for by the old name:
# https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html
_CONNECTIONS = ("codeconnections", "codestar-connections")


def reading(names: Names) -> Sequence[Statement]:
    """What there is, and what is running; of sources, images and secrets nothing."""
    deployments = ("application:{}-*", "deploymentgroup:{}-*", "deploymentconfig:{}-*")
    return [
        Statement(
            "LookAtRegistries",
            [
                "codecommit:GetApprovalRuleTemplate",
                "codecommit:ListRepositoriesForApprovalRuleTemplate",
                "ecr:DescribePullThroughCacheRules",
                "ssm:DescribeParameters",
            ],
            ["*"],
        ),
        Statement(
            "LookAtPipelines",
            [
                "codepipeline:GetPipeline",
                "codepipeline:GetPipelineState",
                "codepipeline:ListPipelineExecutions",
                "codepipeline:ListTagsForResource",
            ],
            names.all("codepipeline", "{}-*"),
        ),
        Statement("LookAtBuilds", ["codebuild:BatchGetProjects"], names.all("codebuild", "project/{}-*")),
        Statement(
            "LookAtDeployments",
            [
                "codedeploy:BatchGetDeployments",
                "codedeploy:GetApplication",
                "codedeploy:GetDeployment",
                "codedeploy:GetDeploymentConfig",
                "codedeploy:GetDeploymentGroup",
                "codedeploy:ListDeployments",
                "codedeploy:ListTagsForResource",
            ],
            names.here("codedeploy", *deployments),
        ),
        Statement(
            "LookAtSources",
            [
                "codecommit:GetRepository",
                "codecommit:ListAssociatedApprovalRuleTemplatesForRepository",
                "codecommit:ListTagsForResource",
            ],
            _repositories(names),
        ),
        Statement(
            "LookAtConnections",
            ["codeconnections:GetConnection", "codeconnections:ListTagsForResource"],
            names.here("codeconnections", "connection/*"),
        ),
        Statement(
            "LookAtImages",
            [
                "ecr:DescribeRepositories",
                "ecr:GetLifecyclePolicy",
                "ecr:GetRepositoryPolicy",
                "ecr:ListTagsForResource",
            ],
            names.all("ecr", "repository/{}-*"),
        ),
        Statement(
            "LookAtTelling",
            ["codestar-notifications:DescribeNotificationRule", "codestar-notifications:ListTagsForResource"],
            names.here("codestar-notifications", "notificationrule/*"),
        ),
        # What a release is filled from, which holds no secret.
        Statement(
            "LookAtReleases",
            ["ssm:GetParameter", "ssm:GetParameters", "ssm:ListTagsForResource"],
            _parameters(names),
        ),
    ]


def changing(names: Names) -> Sequence[Statement]:
    """What is called like the environment; what has neither a name nor an ARN before it is there, in this region."""
    return [
        Statement(
            "ChangePipelines",
            [
                f"codepipeline:{action}"
                for action in ("CreatePipeline", "DeletePipeline", "TagResource", "UntagResource", "UpdatePipeline")
            ],
            names.all("codepipeline", "{}-*"),
        ),
        Statement(
            "ChangeBuilds",
            [f"codebuild:{action}" for action in ("CreateProject", "DeleteProject", "UpdateProject")],
            names.all("codebuild", "project/{}-*"),
        ),
        Statement(
            "ChangeDeployments",
            [
                f"codedeploy:{action}"
                for action in (
                    "CreateApplication",
                    "CreateDeploymentConfig",
                    "CreateDeploymentGroup",
                    "DeleteApplication",
                    "DeleteDeploymentConfig",
                    "DeleteDeploymentGroup",
                    "TagResource",
                    "UntagResource",
                    "UpdateApplication",
                    "UpdateDeploymentGroup",
                )
            ],
            names.here("codedeploy", "application:{}-*", "deploymentgroup:{}-*", "deploymentconfig:{}-*"),
        ),
        Statement(
            "ChangeSources",
            [
                f"codecommit:{action}"
                for action in (
                    "AssociateApprovalRuleTemplateWithRepository",
                    "CreateRepository",
                    "DeleteRepository",
                    "DisassociateApprovalRuleTemplateFromRepository",
                    "TagResource",
                    "UntagResource",
                    "UpdateDefaultBranch",
                    "UpdateRepositoryDescription",
                    "UpdateRepositoryName",
                )
            ],
            _repositories(names),
        ),
        Statement(
            "ChangeRegistries",
            [
                "codecommit:CreateApprovalRuleTemplate",
                "codecommit:DeleteApprovalRuleTemplate",
                "codecommit:UpdateApprovalRuleTemplateContent",
                "codecommit:UpdateApprovalRuleTemplateDescription",
                "codecommit:UpdateApprovalRuleTemplateName",
                "codeconnections:CreateConnection",
                "codestar-notifications:DeleteTarget",
                "ecr:CreatePullThroughCacheRule",
                "ecr:DeletePullThroughCacheRule",
                "ecr:UpdatePullThroughCacheRule",
            ],
            ["*"],
        ),
        Statement(
            "TagConnections",
            ["codeconnections:TagResource", "codeconnections:UntagResource"],
            names.here("codeconnections", "connection/*"),
        ),
        Statement(
            "DeleteConnections",
            ["codeconnections:DeleteConnection"],
            names.here("codeconnections", "connection/*"),
            conditions=names.tagged(),
        ),
        Statement(
            "LendConnections",
            [f"{service}:PassConnection" for service in _CONNECTIONS],
            [arn for service in _CONNECTIONS for arn in names.here(service, "connection/*")],
        ),
        Statement(
            "ChangeImages",
            [
                f"ecr:{action}"
                for action in (
                    "CreateRepository",
                    "DeleteLifecyclePolicy",
                    "DeleteRepository",
                    "DeleteRepositoryPolicy",
                    "PutImageScanningConfiguration",
                    "PutImageTagMutability",
                    "PutLifecyclePolicy",
                    "SetRepositoryPolicy",
                    "TagResource",
                    "UntagResource",
                )
            ],
            names.all("ecr", "repository/{}-*"),
        ),
        Statement(
            "ChangeTelling",
            [
                f"codestar-notifications:{action}"
                for action in (
                    "CreateNotificationRule",
                    "DeleteNotificationRule",
                    "Subscribe",
                    "Unsubscribe",
                    "UpdateNotificationRule",
                )
            ],
            names.here("codestar-notifications", "notificationrule/*"),
            conditions=[
                Condition(
                    "ArnLike", "codestar-notifications:NotificationsForResource", names.all("codepipeline", "{}-*")
                )
            ],
        ),
        Statement(
            "TagTelling",
            ["codestar-notifications:TagResource", "codestar-notifications:UntagResource"],
            names.here("codestar-notifications", "notificationrule/*"),
        ),
        Statement(
            "ChangeReleases",
            [
                f"ssm:{action}"
                for action in ("AddTagsToResource", "DeleteParameter", "PutParameter", "RemoveTagsFromResource")
            ],
            _parameters(names),
        ),
    ]


def _repositories(names: Names) -> list[str]:
    return [*names.all("codecommit", "{}-*"), *(names.context.arn("codecommit", name) for name in names.repositories)]


def _parameters(names: Names) -> list[str]:
    return [
        context.arn("ssm", f"parameter/release/{context.project}/{context.environment}/*") for context in names.contexts
    ]
