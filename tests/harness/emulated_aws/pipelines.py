"""A pipeline from source to deployment."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def action(name: str, provider: str, configuration: Json, source: str = "", output: str = "") -> Json:
    """An action of a pipeline."""
    categories = {"CodeCommit": "Source", "CodeBuild": "Build", "Manual": "Approval", "CodeDeployToECS": "Deploy"}
    kind = {"category": categories[provider], "owner": "AWS", "provider": provider, "version": "1"}
    return {
        "name": name,
        "actionTypeId": kind,
        "runOrder": 1,
        "configuration": configuration,
        "inputArtifacts": [{"name": source}] if source else [],
        "outputArtifacts": [{"name": output}] if output else [],
    }


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
