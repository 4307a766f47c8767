"""The deploy action hands CodeDeploy the files of the release contract."""

from __future__ import annotations

import pytest

from tealform.policy.rules.pipeline_deploy import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import GONE, all_of, put

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
        put(*SAID, "Image1ArtifactName", to="image"),
        "Image1ArtifactName is image, which Deploy does not take as an input",
    ),
    "another environment's group": (
        all_of(*(put(*SAID, key, to="shop-dev-web") for key in ("ApplicationName", "DeploymentGroupName"))),
        "deploys to shop-dev-web, which is not of this environment",
    ),
    "an output": (put(*ACTION, "output_artifacts", to=["more"]), "Deploy has an output, which CodePipeline refuses"),
    "the rolling deployment": (
        put(*ACTION, "provider", to="ECS"),
        "Deploy replaces tasks one by one, without blue and green",
    ),
    "a deployment to machines": (
        put(*ACTION, "provider", to="CodeDeploy"),
        "Deploy deploys by CodeDeploy, which does no blue/green on ECS",
    ),
    "an artifact that is a list": (
        put(*SAID, "AppSpecTemplateArtifact", to=["build"]),
        "AppSpecTemplateArtifact is ['build'], which Deploy does not take as an input",
    ),
    "another service's group": (
        put(*SAID, "ApplicationName", to="${aws_codedeploy_deployment_group.delivery-web_deployment_group.app_name}"),
        "ApplicationName is not that of DeploymentGroupName",
    ),
    **{
        f"no {key}": (put(*SAID, key, to=GONE), f"Deploy lacks {key}")
        for key in (
            "ApplicationName",
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


@pytest.mark.parametrize("key", ["AppSpecTemplateArtifact", "TaskDefinitionTemplateArtifact"])
def test_templates_that_nobody_filled_in_are_found(key: str) -> None:
    change = all_of(put(*SAID, key, to="source"), put(*ACTION, "input_artifacts", to=["source", "build"]))
    assert shipped.failed(CHECK, "prod", change) == {API: f"{key} is the source, in which nothing is filled in"}


def test_two_pipelines_that_deploy_to_one_group_are_found() -> None:
    web = "${aws_codedeploy_deployment_group.delivery-web_deployment_group."
    astray = all_of(
        put(*SAID, "ApplicationName", to=f"{web}app_name}}"),
        put(*SAID, "DeploymentGroupName", to=f"{web}deployment_group_name}}"),
    )
    assert shipped.failed(CHECK, "prod", astray) == {
        API: "aws_codepipeline.delivery-web_pipeline deploys to the same group",
        "aws_codepipeline.delivery-web_pipeline": f"{API} deploys to the same group",
    }


def test_a_group_of_another_account_is_reached_by_a_role() -> None:
    names = [put(*SAID, key, to="shop-dev-web") for key in ("ApplicationName", "DeploymentGroupName")]
    role = put(*ACTION, "role_arn", to="arn:aws:iam::999999999999:role/release")
    assert shipped.failed(CHECK, "prod", all_of(*names, role)) == {}
