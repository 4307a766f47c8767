"""The deploy action hands CodeDeploy the files of the release contract."""

from __future__ import annotations

import pytest

from harness.policy.rules.pipeline_deploy import CHECK
from tests.harness.policy.rules import shipped
from tests.harness.policy.rules.changes import GONE, put

API = "aws_codepipeline.delivery-api_pipeline"
ACTION = (API, "stage", 3, "action", 0)
SAID = (*ACTION, "configuration")

BAD = {
    "no path of the appspec": (
        put(*SAID, "AppSpecTemplatePath", to=GONE),
        "AppSpecTemplatePath is not set, where appspec.yml is meant",
    ),
    "AWS's default path": (
        put(*SAID, "AppSpecTemplatePath", to="appspec.yaml"),
        "AppSpecTemplatePath is appspec.yaml, where appspec.yml is meant",
    ),
    "another task definition": (
        put(*SAID, "TaskDefinitionTemplatePath", to="task.json"),
        "TaskDefinitionTemplatePath is task.json, where taskdef.json is meant",
    ),
    "brackets": (
        put(*SAID, "Image1ContainerName", to="<IMAGE1_NAME>"),
        "Image1ContainerName is <IMAGE1_NAME>, where IMAGE1_NAME is meant",
    ),
    "an artifact that it does not take": (
        put(*SAID, "Image1ArtifactName", to="source"),
        "Image1ArtifactName is source, which Deploy does not take as an input",
    ),
    "an output": (put(*ACTION, "output_artifacts", to=["more"]), "Deploy has an output, which CodePipeline refuses"),
    "the rolling deployment": (
        put(*ACTION, "provider", to="ECS"),
        "Deploy replaces tasks one by one, without blue and green",
    ),
    "another service's group": (
        put(*SAID, "ApplicationName", to="${aws_codedeploy_deployment_group.delivery-web_deployment_group.app_name}"),
        "ApplicationName is not that of DeploymentGroupName",
    ),
    **{
        f"no {key}": (put(*SAID, key, to=GONE), f"Deploy lacks {key}")
        for key in (
            "ApplicationName",
            "DeploymentGroupName",
            "TaskDefinitionTemplateArtifact",
            "AppSpecTemplateArtifact",
        )
    },
}


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_a_shipped_pipeline_deploys_by_the_contract(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_what_would_fail_at_the_last_stage_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {API: message}
