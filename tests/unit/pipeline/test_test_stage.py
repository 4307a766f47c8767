"""The stage in which the source's own tests run on what was built."""

from __future__ import annotations

import json
from typing import Any

from tests.support import Body, Template, environment, template, template_among

ACCOUNT = "123456789012"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-AbCdEf"

PLAIN = template(environment(service="test {}\n release { approval = true }"))
WITH_DOCKER = template(
    environment(
        service=f"""
architecture = "arm64"
test {{
  buildspec       = "ci/integration.yml"
  compute         = "BUILD_GENERAL1_LARGE"
  timeout_minutes = 45
  docker          = true
  environment     = {{ STAGE = "test" }}
  secrets         = {{ DATABASE = "{SECRET}:url::" }}
}}
scan {{}}
""",
        top='pull_through_cache "quay" {}',
    )
)


def project(generated: Template) -> Body:
    return generated.resources("aws_codebuild_project")["delivery-web_test_project"]


def stages(generated: Template) -> dict[str, dict[str, Any]]:
    return {stage["name"]: stage["action"][0] for stage in generated.only("aws_codepipeline")["stage"]}


def may(generated: Template) -> dict[str, Body]:
    return generated.statements("delivery-web_test_role_permissions")


def test_without_it_there_is_no_stage_and_no_project() -> None:
    generated = template(environment())
    assert list(stages(generated)) == ["Source", "Build", "Deploy"]
    assert list(generated.resources("aws_codebuild_project")) == ["delivery-web_build_project"]


def test_it_comes_after_what_is_made_and_looked_at_and_before_anybody_is_asked() -> None:
    assert list(stages(PLAIN)) == ["Source", "Build", "Test", "Approval", "Deploy"]
    assert list(stages(WITH_DOCKER)) == ["Source", "Build", "Scan", "Test", "Deploy"]


def test_it_gets_the_source_and_what_was_built_of_it_and_gives_nothing_on() -> None:
    action = stages(PLAIN)["Test"]
    assert (action["category"], action["provider"]) == ("Test", "CodeBuild")
    assert action["input_artifacts"] == ["source", "build"]
    assert "output_artifacts" not in action
    assert action["configuration"]["PrimarySource"] == "source"
    assert action["configuration"]["ProjectName"] == "${aws_codebuild_project.delivery-web_test_project.name}"


def test_it_is_told_the_image_that_this_release_is_of() -> None:
    (variable,) = json.loads(stages(PLAIN)["Test"]["configuration"]["EnvironmentVariables"])
    assert variable == {
        "name": "IMAGE_URI",
        "value": "${aws_ecr_repository.images-web_repository.repository_url}@#{BuildVariables.IMAGE_DIGEST}",
        "type": "PLAINTEXT",
    }
    assert stages(PLAIN)["Build"]["namespace"] == "BuildVariables"


def test_its_project_is_what_is_set() -> None:
    plain, own = project(PLAIN), project(WITH_DOCKER)
    assert (plain["name"], plain["source"]["buildspec"], plain["build_timeout"]) == (
        "shop-test-web-test",
        "testspec.yml",
        30,
    )
    assert plain["environment"]["type"] == "LINUX_CONTAINER"
    assert "environment_variable" not in plain["environment"]
    assert (own["source"]["buildspec"], own["build_timeout"]) == ("ci/integration.yml", 45)
    assert (own["environment"]["type"], own["environment"]["compute_type"]) == ("ARM_CONTAINER", "BUILD_GENERAL1_LARGE")
    given = {each["name"]: (each.get("type"), each["value"]) for each in own["environment"]["environment_variable"]}
    assert given == {
        "STAGE": (None, "test"),
        "DATABASE": ("SECRETS_MANAGER", f"{SECRET}:url::"),
        "QUAY": (None, f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/shop-test/quay"),
    }


def test_it_has_docker_if_that_is_asked_for() -> None:
    assert "privileged_mode" not in project(PLAIN)["environment"]
    assert project(WITH_DOCKER)["environment"]["privileged_mode"] is True


def test_it_may_read_what_it_tests_and_change_nothing() -> None:
    statements = may(PLAIN)
    assert {sid: body["actions"] for sid, body in statements.items()} == {
        "WriteLogs": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Artifacts": ["s3:GetObject", "s3:GetObjectVersion"],
        "ArtifactBucket": ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
        "DecryptArtifacts": ["kms:Decrypt"],
    }


def test_with_docker_it_may_pull_the_image_and_read_its_own_secrets() -> None:
    added = {sid: body for sid, body in may(WITH_DOCKER).items() if sid not in may(PLAIN)}
    assert added.keys() == {"LoginToEcr", "PullImages", "PullThroughCache", "ReadSecrets"}
    assert added["PullImages"]["resources"] == [f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/shop-test-web"]
    assert added["PullImages"]["actions"] == [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
    ]
    assert added["ReadSecrets"]["resources"] == [SECRET]


def test_the_pipeline_may_start_it() -> None:
    statement = PLAIN.statements("delivery-web_pipeline_role_permissions")["Test"]
    assert statement["actions"] == ["codebuild:BatchGetBuilds", "codebuild:StartBuild"]
    assert statement["resources"] == [f"arn:aws:codebuild:eu-west-1:{ACCOUNT}:project/shop-test-web-test"]


def test_where_the_service_is_in_another_account_it_tests_what_was_prepared() -> None:
    tools = '\nproject = "shop"\nregion = "eu-west-1"\naccount = "999999999999"\n'
    texts = {"tools": tools, "test": environment(service="test {}", top='pipelines_in = "tools"')}
    generated = template_among(texts, "tools")
    assert list(stages(generated)) == ["Source", "Build", "Prepare", "Test", "Deploy"]
    assert stages(generated)["Test"]["input_artifacts"] == ["source", "build"]
    assert stages(generated)["Prepare"]["namespace"] == "BuildVariables"
