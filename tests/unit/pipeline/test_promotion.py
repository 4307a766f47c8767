"""One image goes from environment to environment: who hands it on, who takes it over, and what keeps it."""

import json
from typing import Any

from tests.support import Template, environment, template_among

ACCOUNT = "123456789012"
REPOSITORY = f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/shop-dev-web"
URI = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/shop-dev-web"


def promotion(before: str) -> str:
    return environment(service=f'source "promotion" {{ environment = "{before}" }}\n release {{ approval = true }}')


CHAIN = {"dev": environment(), "staging": promotion("dev"), "prod": promotion("staging")}


def of(name: str) -> Template:
    return template_among(CHAIN, name)


def stages(name: str) -> dict[str, dict[str, Any]]:
    return {stage["name"]: stage["action"][0] for stage in of(name).only("aws_codepipeline")["stage"]}


def may(name: str, role: str) -> dict[str, dict[str, Any]]:
    return of(name).statements(f"delivery-web_{role}_role_permissions")


def test_the_first_builds_and_the_others_do_not() -> None:
    assert list(stages("dev")) == ["Source", "Build", "Deploy", "HandOver"]
    assert list(stages("staging")) == ["Source", "Prepare", "Approval", "Deploy", "HandOver"]
    assert list(stages("prod")) == ["Source", "Prepare", "Approval", "Deploy"]
    assert len(of("dev").resources("aws_ecr_repository")) == 1
    assert of("prod").resources("aws_ecr_repository") == {}


def test_a_release_that_has_succeeded_is_put_where_the_next_one_watches() -> None:
    over = stages("dev")["HandOver"]
    assert (over["category"], over["provider"], over["input_artifacts"]) == ("Deploy", "S3", ["build"])
    bucket = f"shop-dev-web-releases-{ACCOUNT}"
    assert over["configuration"] == {"BucketName": bucket, "Extract": "false", "ObjectKey": "release.zip"}
    assert of("dev").named("aws_s3_bucket", "delivery-web_handover_bucket")["bucket"] == bucket
    source = stages("staging")["Source"]["configuration"]
    assert (source["S3Bucket"], source["S3ObjectKey"]) == (bucket, "release.zip")
    pattern = json.loads(of("staging").only("aws_cloudwatch_event_rule")["event_pattern"])
    assert pattern["detail"] == {"bucket": {"name": [bucket]}, "object": {"key": ["release.zip"]}}
    assert stages("prod")["Source"]["configuration"]["S3Bucket"] == f"shop-staging-web-releases-{ACCOUNT}"


def test_who_hands_on_may_write_one_object_and_who_takes_over_may_read_it() -> None:
    assert may("dev", "pipeline")["HandOver"]["resources"] == [
        f"arn:aws:s3:::shop-dev-web-releases-{ACCOUNT}/release.zip"
    ]
    assert not any("Get" in action or "Delete" in action for action in may("dev", "pipeline")["HandOver"]["actions"])
    statements = may("staging", "pipeline")
    assert statements["ReadSource"]["resources"] == [f"arn:aws:s3:::shop-dev-web-releases-{ACCOUNT}/release.zip"]
    assert not any(action.startswith("s3:Put") for action in statements["ReadSource"]["actions"])
    # The key of another state is known by its alias.
    assert statements["DecryptRelease"]["resources"] == [f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*"]
    assert statements["DecryptRelease"]["condition"] == [
        {"test": "ForAnyValue:StringEquals", "variable": "kms:ResourceAliases", "values": ["alias/shop-dev"]}
    ]


def test_every_environment_runs_the_image_that_the_first_one_built() -> None:
    for name in ("staging", "prod"):
        pull = of(name).statements("service-web_roles_execution_permissions")["PullImages"]
        assert pull["resources"] == [REPOSITORY]
        project = of(name).only("aws_codebuild_project")
        variables = {each["name"]: each["value"] for each in project["environment"]["environment_variable"]}
        assert variables["ECR_REPOSITORY_URI"] == URI
        assert variables["ENVIRONMENT"] == name
        assert variables["TASK_FAMILY"] == f"shop-{name}-web"  # its own settings, in the same templates
        assert of(name).document["output"]["web-image-repository"]["value"] == URI


def test_nothing_that_takes_over_can_build_or_overwrite_an_image() -> None:
    statements = may("prod", "prepare")
    assert statements["KeepImage"]["actions"] == ["ecr:BatchGetImage", "ecr:PutImage"]
    assert statements["KeepImage"]["resources"] == [REPOSITORY]
    assert not any("Upload" in action for body in statements.values() for action in body["actions"])
    assert "privileged_mode" not in of("prod").only("aws_codebuild_project")["environment"]


def test_images_that_were_taken_over_outlive_newer_builds() -> None:
    (document,) = of("dev").document["data"]["aws_ecr_lifecycle_policy_document"].values()
    rules = [(rule["priority"], rule["selection"][0].get("tag_prefix_list")) for rule in document["rule"]]
    # A rule of higher priority decides alone over what it matches.
    assert rules == [(1, ["prod_"]), (2, ["staging_"]), (3, None), (4, None)]
    (alone,) = (
        template_among({"dev": environment()}, "dev").document["data"]["aws_ecr_lifecycle_policy_document"].values()
    )
    assert [rule["selection"][0]["tag_status"] for rule in alone["rule"]] == ["untagged", "any"]


def test_the_last_environment_keeps_its_images_before_all_others() -> None:
    chain = {"dev": environment(), "alpha": promotion("dev"), "zeta": promotion("alpha")}
    (document,) = template_among(chain, "dev").document["data"]["aws_ecr_lifecycle_policy_document"].values()
    # An image that both have taken over is expired by the first rule alone.
    assert [rule["selection"][0].get("tag_prefix_list") for rule in document["rule"]][:2] == [["zeta_"], ["alpha_"]]


def test_who_approves_sees_the_image() -> None:
    assert stages("prod")["Approval"]["configuration"]["ExternalEntityLink"] == (
        f"https://eu-west-1.console.aws.amazon.com/ecr/repositories/private/{ACCOUNT}/shop-dev-web"
        "/_/image/#{BuildVariables.IMAGE_DIGEST}/details?region=eu-west-1"
    )


def test_without_anybody_who_takes_over_nothing_is_handed_on() -> None:
    alone = template_among({"dev": environment()}, "dev")
    assert [stage["name"] for stage in alone.only("aws_codepipeline")["stage"]] == ["Source", "Build", "Deploy"]
    assert not [name for name in alone.resources("aws_s3_bucket") if "handover" in name]
