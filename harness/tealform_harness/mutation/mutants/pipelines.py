"""Pipelines: what starts them, in which order they work, and what goes from action to action."""

from __future__ import annotations

from tealform_harness.mutation.edits import add, drop, move, put, together
from tealform_harness.mutation.mutant import Mutant

_PIPELINE = "delivery-web/pipeline/pipeline"
_API = "delivery-api/pipeline/pipeline"
_APPROVAL = "stage/Approval/action/Approve"
_DEPLOY = "stage/Deploy/action/Deploy"
_SOURCE = "stage/Source/action/Source/configuration"
_APPROVE = {
    "category": "Approval",
    "configuration": {"NotificationArn": "${aws_sns_topic.notifications_topic.arn}"},
    "name": "Approve",
    "owner": "AWS",
    "provider": "Manual",
    "version": "1",
}

MUTANTS = (
    Mutant(
        "no-approval",
        "the approval before production was removed",
        "Every push is in production a quarter of an hour later.",
        "prod",
        drop(_PIPELINE, "stage/Approval"),
    ),
    Mutant(
        "approval-after-the-release",
        "the approval stands after the release",
        "What is asked for is already with the users.",
        "prod",
        move(_PIPELINE, "stage", "Deploy", before="Approval"),
    ),
    Mutant(
        "approval-beside-the-release",
        "the approval is an action beside the release, with the same run order",
        "Both begin at once.",
        "prod",
        together(drop(_PIPELINE, "stage/Approval"), add(_PIPELINE, "stage/Deploy/action", _APPROVE)),
    ),
    Mutant(
        "approval-in-name-only",
        "the approval is a build that anybody could have written",
        "Nobody is asked.",
        "prod",
        put(
            _PIPELINE,
            _APPROVAL,
            {
                "category": "Test",
                "configuration": {"ProjectName": "${aws_codebuild_project.delivery-web_scan_project.name}"},
                "input_artifacts": ["build"],
                "name": "Approve",
                "owner": "AWS",
                "provider": "CodeBuild",
                "version": "1",
            },
        ),
    ),
    Mutant(
        "second-way-to-production",
        "a release stands before the approval too",
        "What is asked for is already with the users.",
        "prod",
        add(
            _PIPELINE,
            "stage/Prepare/action",
            {
                "category": "Deploy",
                "configuration": {
                    "AppSpecTemplateArtifact": "build",
                    "AppSpecTemplatePath": "appspec.yml",
                    "ApplicationName": "shop-prod-web",
                    "DeploymentGroupName": "shop-prod-web",
                    "Image1ArtifactName": "build",
                    "Image1ContainerName": "IMAGE1_NAME",
                    "TaskDefinitionTemplateArtifact": "build",
                    "TaskDefinitionTemplatePath": "taskdef.json",
                },
                "input_artifacts": ["build"],
                "name": "Early",
                "owner": "AWS",
                "provider": "CodeDeployToECS",
                "run_order": 2,
                "version": "1",
            },
        ),
    ),
    Mutant(
        "source-polls",
        "a source polls for changes, beside the event that starts the pipeline",
        "Every push is released twice.",
        "prod",
        put(_API, f"{_SOURCE}/PollForSourceChanges", "true"),
    ),
    Mutant(
        "source-polls-by-default",
        "PollForSourceChanges was removed from a source",
        "The default is to poll: every push is released twice.",
        "prod",
        drop(_API, f"{_SOURCE}/PollForSourceChanges"),
    ),
    Mutant(
        "connection-detects-changes",
        "a connection's source detects changes, beside the trigger",
        "Pushes start the pipeline past the trigger's branches and paths.",
        "staging",
        put(_PIPELINE, f"{_SOURCE}/DetectChanges", "true"),
    ),
    Mutant(
        "trigger-of-every-branch",
        "pushes to any branch start the pipeline",
        "Unreviewed work is released.",
        "staging",
        put(_PIPELINE, "trigger/git_configuration/push/branches/includes", ["**"]),
    ),
    Mutant(
        "trigger-of-another-branch",
        "pushes to another branch than the source's start the pipeline",
        "Unreviewed work is released, and what is merged is not.",
        "staging",
        put(_PIPELINE, "trigger/git_configuration/push/branches/includes", ["develop"]),
    ),
    Mutant(
        "trigger-of-pull-requests",
        "pull requests start the pipeline",
        "Whoever can open one releases what is in it.",
        "staging",
        put(
            _PIPELINE,
            "trigger/git_configuration/pull_request",
            [{"branches": {"includes": ["main"]}, "events": ["OPEN", "UPDATED"]}],
        ),
    ),
    Mutant(
        "no-trigger",
        "the trigger of a pipeline was removed",
        "Nothing starts it: what is merged is never released.",
        "staging",
        drop(_PIPELINE, "trigger"),
    ),
    Mutant(
        "trigger-of-another-source",
        "the trigger names a source action that the pipeline has not",
        "The apply fails, or nothing starts it.",
        "staging",
        put(_PIPELINE, "trigger/git_configuration/source_action_name", "Code"),
    ),
    Mutant(
        "artifacts-without-a-key",
        "the artifact store has no key",
        "Artifacts are under a key that everybody in the account may use, and the bucket refuses them.",
        "prod",
        drop(_PIPELINE, "artifact_store/encryption_key"),
    ),
    Mutant(
        "artifacts-somewhere-else",
        "artifacts are kept in a bucket that is not the environment's",
        "Whoever owns it reads and changes what is released.",
        "prod",
        put(_PIPELINE, "artifact_store/location", "shop-prod-web-builds-tmp"),
    ),
    Mutant(
        "templates-of-the-source",
        "the release takes its templates from the source, not from the build",
        "Nothing is filled in: every release fails, or runs what stands there.",
        "prod",
        together(
            put(_API, f"{_DEPLOY}/configuration/TaskDefinitionTemplateArtifact", "source"),
            put(_API, f"{_DEPLOY}/configuration/AppSpecTemplateArtifact", "source"),
            add(_API, f"{_DEPLOY}/input_artifacts", "source"),
        ),
    ),
    Mutant(
        "release-of-what-is-not-its-input",
        "the release names an artifact that is not its input",
        "Every release fails.",
        "prod",
        put(_API, f"{_DEPLOY}/configuration/Image1ArtifactName", "image"),
    ),
    Mutant(
        "appspec-by-default",
        "AppSpecTemplatePath was removed from a release",
        "The default is appspec.yaml, which is not there: every release fails.",
        "prod",
        drop(_PIPELINE, f"{_DEPLOY}/configuration/AppSpecTemplatePath"),
    ),
    Mutant(
        "placeholder-with-brackets",
        "Image1ContainerName has the brackets of the placeholder",
        "Nothing is replaced: every release tries to pull an image named <IMAGE1_NAME>.",
        "prod",
        put(_PIPELINE, f"{_DEPLOY}/configuration/Image1ContainerName", "<IMAGE1_NAME>"),
    ),
    Mutant(
        "rolling-release",
        "the release is the rolling one of ECS instead of CodeDeploy's",
        "It fails: the service is CodeDeploy's.",
        "prod",
        together(
            put(_PIPELINE, f"{_DEPLOY}/provider", "ECS"),
            put(
                _PIPELINE,
                f"{_DEPLOY}/configuration",
                {
                    "ClusterName": "${aws_ecs_cluster.cluster.name}",
                    "ServiceName": "${aws_ecs_service.service-web_service.name}",
                    "FileName": "imagedefinitions.json",
                },
            ),
        ),
    ),
    Mutant(
        "release-of-the-neighbour",
        "a pipeline releases to another service's deployment group",
        "A push to one repository replaces the other service.",
        "prod",
        together(
            *(
                put(
                    _PIPELINE,
                    f"{_DEPLOY}/configuration/{key}",
                    f"${{aws_codedeploy_deployment_group.delivery-api_deployment_group.{attribute}}}",
                )
                for key, attribute in (
                    ("ApplicationName", "app_name"),
                    ("DeploymentGroupName", "deployment_group_name"),
                )
            )
        ),
    ),
    Mutant(
        "release-to-production-from-dev",
        "a pipeline of dev releases to production's deployment group",
        "What nobody has approved is in production.",
        "dev",
        together(
            put(_PIPELINE, f"{_DEPLOY}/configuration/ApplicationName", "shop-prod-web"),
            put(_PIPELINE, f"{_DEPLOY}/configuration/DeploymentGroupName", "shop-prod-web"),
        ),
    ),
    Mutant(
        "no-scan",
        "the scan of the image was removed from a pipeline",
        "What is known to be vulnerable is released.",
        "prod",
        drop(_PIPELINE, "stage/Scan"),
        "Whether an image's scan is waited for is a setting (scan); a pipeline without it is as good as any other.",
    ),
    Mutant(
        "scan-after-the-release",
        "the scan of the image stands after the release",
        "What is known to be vulnerable is with the users when it is found.",
        "prod",
        move(_PIPELINE, "stage", "Deploy", before="Scan"),
    ),
    Mutant(
        "test-after-the-handover",
        "a release is handed over to production before it was tested and released in staging",
        "Production gets what nobody has seen work.",
        "staging",
        move(_PIPELINE, "stage", "HandOver", before="Test"),
    ),
    Mutant(
        "window-is-skipped",
        "outside of the deployment window the release is skipped instead of failed",
        "The pipeline says that it succeeded, and nothing was released.",
        "prod",
        put(_PIPELINE, "stage/Deploy/before_entry/condition/result", "SKIP"),
    ),
    Mutant(
        "no-window",
        "the deployment window of production was removed",
        "Releases begin on Friday night.",
        "prod",
        drop(_PIPELINE, "stage/Deploy/before_entry"),
        "When releases may begin is a setting (before_entry); a pipeline without a window is as good as any other.",
    ),
    Mutant(
        "releases-side-by-side",
        "runs of a pipeline work at the same time",
        "Two releases fight for one service, and the older one may win.",
        "prod",
        put(_PIPELINE, "execution_mode", "PARALLEL"),
    ),
    Mutant(
        "source-of-another-branch",
        "a source takes another branch than the one whose pushes start the pipeline",
        "A push to main releases what is in develop.",
        "prod",
        put(_API, f"{_SOURCE}/BranchName", "develop"),
    ),
    Mutant(
        "source-of-dev",
        "production takes its releases from the bucket into which anybody in dev puts ZIP files",
        "What staging has not seen is released.",
        "prod",
        together(
            put(_PIPELINE, f"{_SOURCE}/S3Bucket", "shop-dev-web-source-123456789012"),
            put(_PIPELINE, f"{_SOURCE}/S3ObjectKey", "source.zip"),
        ),
    ),
    Mutant(
        "token-in-an-action",
        "a token stands in an action's variables",
        "Whoever may read the repository, the state or GetPipeline has it.",
        "staging",
        add(
            _PIPELINE,
            "stage/Test/action/Test/configuration/EnvironmentVariables",
            {"name": "API_TOKEN", "value": "tok-9fK2mQ7xLwP4", "type": "PLAINTEXT"},
        ),
    ),
    Mutant(
        "token-of-github",
        "the source is GitHub's old action, with a token in it",
        "Whoever may read the repository or the state has it, and may push.",
        "staging",
        together(
            put(_PIPELINE, "stage/Source/action/Source/owner", "ThirdParty"),
            put(_PIPELINE, "stage/Source/action/Source/provider", "GitHub"),
            put(
                _PIPELINE,
                _SOURCE,
                {
                    "Owner": "acme",
                    "Repo": "shop-web",
                    "Branch": "main",
                    "OAuthToken": "ghp_" + "Zx81kQ0vT5rWm3LcYb7NdJ2sHf6GpA4uXeRi",
                },
            ),
            drop(_PIPELINE, "trigger"),
        ),
    ),
    Mutant(
        "build-without-its-name",
        "the build's variables have no namespace, and the approval shows them",
        "Whoever approves is not told which image; the run fails there.",
        "prod",
        drop(_API, "stage/Build/action/Build/namespace"),
    ),
    Mutant(
        "approval-that-nobody-hears-of",
        "the approval tells nobody",
        "Releases wait until they are given up.",
        "prod",
        drop(_PIPELINE, f"{_APPROVAL}/configuration/NotificationArn"),
    ),
)
