"""A pipeline from source to deployment."""

from __future__ import annotations

from typing import Any

from tests.unit.aws_emulator.clients import REGION, client, role

Json = dict[str, Any]


def action(
    name: str, provider: str, configuration: Json, source: str = "", output: str = "", category: str = "", **more: Any
) -> Json:
    """An action of a pipeline, with ``more`` of what it may have; ``source`` are its input artifacts."""
    categories = {
        "CodeCommit": "Source",
        "CodeStarSourceConnection": "Source",
        "S3": "Deploy",
        "CodeBuild": "Build",
        "Manual": "Approval",
        "CodeDeployToECS": "Deploy",
    }
    kind = {"category": category or categories[provider], "owner": "AWS", "provider": provider, "version": "1"}
    return {
        "name": name,
        "actionTypeId": kind,
        "runOrder": 1,
        "configuration": configuration,
        "inputArtifacts": [{"name": each} for each in source.split()],
        "outputArtifacts": [{"name": output}] if output else [],
        **more,
    }


class Pipeline:
    """A pipeline of stages of one action each, named like their actions; its bucket and role are created with it."""

    def __init__(self, *actions: Json, may: Json | None = None, **changes: Any) -> None:
        self.aws = client("codepipeline")
        self.role = role("release", "codepipeline.amazonaws.com", *([may] if may else []))
        bucket("artifacts")
        self.declared = {
            "name": "release",
            "roleArn": self.role,
            "pipelineType": "V2",
            "executionMode": "QUEUED",
            "artifactStore": {"type": "S3", "location": "artifacts"},
            "stages": [{"name": each["name"], "actions": [each]} for each in actions],
            **changes,
        }
        self.aws.create_pipeline(pipeline=self.declared)

    def executions(self) -> list[Json]:
        """All executions, newest first; each goes on by a step."""
        return list(self.aws.list_pipeline_executions(pipelineName="release")["pipelineExecutionSummaries"])

    def start(self) -> str:
        """Start an execution; return its id."""
        return str(self.aws.start_pipeline_execution(name="release")["pipelineExecutionId"])

    def settled(self) -> Json:
        """The newest execution, once it has ended or waits for somebody."""
        for _ in range(40):
            newest = self.executions()[0]
        return newest

    def stage(self, name: str) -> Json:
        """A stage as GetPipelineState returns it."""
        stages = self.aws.get_pipeline_state(name="release")["stageStates"]
        return next(dict(each) for each in stages if each["stageName"] == name)

    def runs(self) -> dict[str, Json]:
        """The runs of the newest execution's actions by name, as ListActionExecutions returns them."""
        newest = self.executions()[0]["pipelineExecutionId"]
        asked = {"pipelineName": "release", "filter": {"pipelineExecutionId": newest}}
        return {each["actionName"]: each for each in self.aws.list_action_executions(**asked)["actionExecutionDetails"]}

    def failure(self, name: str) -> str:
        """Why an action of the newest execution failed."""
        self.settled()
        return str(self.runs()[name]["output"]["executionResult"]["errorDetails"]["message"])


def bucket(name: str, versioned: bool = True, event_bridge: bool = False) -> None:
    """Create a bucket."""
    s3 = client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    if event_bridge:
        s3.put_bucket_notification_configuration(
            Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )


def pipeline(role_arn: str = "") -> Json:
    """A pipeline as Terraform asks for it."""
    deploy = {
        "ApplicationName": "web",
        "DeploymentGroupName": "web",
        "TaskDefinitionTemplateArtifact": "build",
        "AppSpecTemplateArtifact": "build",
        "AppSpecTemplatePath": "appspec.yml",
        "Image1ArtifactName": "build",
        "Image1ContainerName": "IMAGE1_NAME",
    }
    source = {"RepositoryName": "web", "BranchName": "main", "PollForSourceChanges": "false"}
    return {
        "name": "web",
        "roleArn": role_arn,
        "pipelineType": "V2",
        "executionMode": "QUEUED",
        "variables": [{"name": "colour", "defaultValue": "blue"}],
        "artifactStore": {"type": "S3", "location": "artifacts"},
        "stages": [
            {"name": "Source", "actions": [action("Source", "CodeCommit", source, output="source")]},
            {"name": "Build", "actions": [action("Build", "CodeBuild", {"ProjectName": "web"}, "source", "build")]},
            {"name": "Approval", "actions": [action("Approve", "Manual", {})]},
            {"name": "Deploy", "actions": [action("Deploy", "CodeDeployToECS", deploy, "build")]},
        ],
    }
