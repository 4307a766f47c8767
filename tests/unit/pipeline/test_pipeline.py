"""From a push to a cutover: the stages, the event that starts them, and who may do what."""

import json
from typing import Any

import pytest

from tests.support import Template, environment, template

KEY = "${aws_kms_key.key.arn}"


def web(text: str = "", top: str = "") -> Template:
    return template(environment(service=text, top=top))


def release(text: str) -> Template:
    return web(f"release {{\n{text}\n}}")


def actions(generated: Template) -> dict[str, dict[str, Any]]:
    """The action of each stage; every stage has one."""
    return {stage["name"]: stage["action"][0] for stage in generated.only("aws_codepipeline")["stage"]}


# --- source ---------------------------------------------------------------------------------


def test_a_repository_is_created_unless_one_is_named_that_exists() -> None:
    assert web().only("aws_codecommit_repository")["repository_name"] == "shop-test-web"
    named = web('source "codecommit" { repository = "mono" }')
    assert named.only("aws_codecommit_repository")["repository_name"] == "mono"
    existing = web('source "codecommit" {\n repository = "mono"\n create = false\n}')
    assert existing.resources("aws_codecommit_repository") == {}
    assert actions(existing)["Source"]["configuration"]["RepositoryName"] == "mono"


def test_source_is_not_destroyed_unless_the_environment_is_disposable() -> None:
    assert web().only("aws_codecommit_repository")["lifecycle"] == {"prevent_destroy": True}
    assert "lifecycle" not in web(top="disposable = true").only("aws_codecommit_repository")


def test_pull_requests_need_an_approval_unless_told_otherwise() -> None:
    content = json.loads(web().only("aws_codecommit_approval_rule_template")["content"])
    assert "DestinationReferences" not in content  # of any branch: other environments release others
    assert content["Statements"] == [{"Type": "Approvers", "NumberOfApprovalsNeeded": 1}]
    assert web().only("aws_codecommit_approval_rule_template_association")["repository_name"] == (
        "${aws_codecommit_repository.delivery-web_source_repository.repository_name}"
    )
    two = web('source "codecommit" { approvals = 2 }').only("aws_codecommit_approval_rule_template")
    assert json.loads(two["content"])["Statements"][0]["NumberOfApprovalsNeeded"] == 2
    none = web('source "codecommit" { approvals = 0 }')
    assert none.resources("aws_codecommit_approval_rule_template") == {}


def test_a_push_to_the_branch_starts_the_pipeline_once() -> None:
    generated = web('source "codecommit" { branch = "release/1" }')
    rule = generated.only("aws_cloudwatch_event_rule")
    assert json.loads(rule["event_pattern"]) == {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "resources": ["arn:aws:codecommit:eu-west-1:123456789012:shop-test-web"],
        "detail": {
            "event": ["referenceCreated", "referenceUpdated"],
            "referenceType": ["branch"],
            "referenceName": ["release/1"],
        },
    }
    source = actions(generated)["Source"]
    assert source["configuration"]["PollForSourceChanges"] == "false"
    assert source["configuration"]["BranchName"] == "release/1"
    target = generated.only("aws_cloudwatch_event_target")
    assert target["arn"] == "${aws_codepipeline.delivery-web_pipeline.arn}"
    assert target["depends_on"] == ["aws_iam_role_policy.delivery-web_pipeline_start-role_policy"]
    start = generated.statements("delivery-web_pipeline_start-role_permissions")["Start"]
    assert start["actions"] == ["codepipeline:StartPipelineExecution"]
    assert start["resources"] == ["arn:aws:codepipeline:eu-west-1:123456789012:shop-test-web"]


# --- images ---------------------------------------------------------------------------------


def test_images_have_immutable_tags_are_scanned_encrypted_and_expire() -> None:
    generated = web("build { keep_images = 50 }")
    repository = generated.only("aws_ecr_repository")
    assert repository["image_tag_mutability"] == "IMMUTABLE"
    assert repository["image_scanning_configuration"] == {"scan_on_push": True}
    assert repository["encryption_configuration"] == [{"encryption_type": "KMS", "kms_key": KEY}]
    (document,) = generated.document["data"]["aws_ecr_lifecycle_policy_document"].values()
    untagged, newest = (rule["selection"][0] for rule in document["rule"])
    assert (untagged["tag_status"], untagged["count_number"]) == ("untagged", 7)
    assert (newest["tag_status"], newest["count_number"]) == ("any", 50)
    assert generated.only("aws_ecr_lifecycle_policy")["policy"] == (
        "${data.aws_ecr_lifecycle_policy_document.images-web_expiry.json}"
    )


@pytest.mark.parametrize(("top", "disposable"), [("", False), ("disposable = true", True)])
def test_data_goes_with_a_destroy_only_when_the_environment_is_disposable(top: str, disposable: bool) -> None:
    generated = web(top=top)
    assert generated.only("aws_ecr_repository")["force_delete"] is disposable
    assert {bucket["force_destroy"] for bucket in generated.resources("aws_s3_bucket").values()} == {disposable}
    assert generated.only("aws_kms_key")["deletion_window_in_days"] == (7 if disposable else 30)


# --- build ----------------------------------------------------------------------------------


def test_the_build_runs_docker_on_the_processor_of_the_service() -> None:
    project = web().only("aws_codebuild_project")
    assert project["environment"]["type"] == "LINUX_CONTAINER"
    assert project["environment"]["image"] == "aws/codebuild/amazonlinux-x86_64-standard:5.0"
    assert project["environment"]["privileged_mode"] is True
    arm = web('architecture = "arm64"').only("aws_codebuild_project")["environment"]
    assert (arm["type"], arm["image"]) == ("ARM_CONTAINER", "aws/codebuild/amazonlinux-aarch64-standard:3.0")


def test_the_build_is_as_large_and_as_long_as_it_is_set() -> None:
    project = web('build {\n compute = "BUILD_GENERAL1_LARGE"\n timeout_minutes = 90\n}').only("aws_codebuild_project")
    assert project["environment"]["compute_type"] == "BUILD_GENERAL1_LARGE"
    assert project["build_timeout"] == 90


def test_a_users_values_reach_the_build_as_variables() -> None:
    project = web('cpu = 512\n memory = 1024\n build { environment = { FLAVOUR = "sweet" } }').only(
        "aws_codebuild_project"
    )
    variables = {each["name"]: each["value"] for each in project["environment"]["environment_variable"]}
    assert variables["FLAVOUR"] == "sweet"
    assert (variables["TASK_CPU"], variables["TASK_MEMORY"]) == ("512", "1024")
    assert variables["ECR_REPOSITORY_URI"] == "${aws_ecr_repository.images-web_repository.repository_url}"
    assert json.loads(variables["SUBNETS"])[0] == "${aws_subnet.network_vpc_private-a.id}"


def test_build_logs_are_kept_in_a_group_of_their_own() -> None:
    logs = web().only("aws_codebuild_project")["logs_config"]["cloudwatch_logs"]
    assert logs == {
        "status": "ENABLED",
        "group_name": "${aws_cloudwatch_log_group.delivery-web_build_logs_group.name}",
    }


def test_the_build_may_push_to_one_repository() -> None:
    statements = web().statements("delivery-web_build_role_permissions")
    assert statements["PushImages"]["resources"] == ["arn:aws:ecr:eu-west-1:123456789012:repository/shop-test-web"]
    starred = {sid: body["actions"] for sid, body in statements.items() if "*" in body["resources"]}
    assert starred == {"LoginToEcr": ["ecr:GetAuthorizationToken"]}


# --- artifacts ------------------------------------------------------------------------------


def test_artifacts_are_encrypted_private_and_over_tls_only() -> None:
    generated = web()
    encryption = generated.named(
        "aws_s3_bucket_server_side_encryption_configuration", "delivery-web_artifacts_bucket_encryption"
    )
    assert encryption["rule"][0]["apply_server_side_encryption_by_default"] == {
        "sse_algorithm": "aws:kms",
        "kms_master_key_id": KEY,
    }
    statements = generated.statements("delivery-web_artifacts_bucket_permissions")
    assert statements["DenyPlainHttp"]["condition"][0]["variable"] == "aws:SecureTransport"
    assert statements["DenyUnencryptedPuts"]["effect"] == "Deny"
    assert statements["DenyUnencryptedPuts"]["condition"][0]["values"] == ["aws:kms"]
    logging = generated.only("aws_s3_bucket_logging")
    assert logging["target_bucket"] == "shop-test-access-logs-123456789012"
    assert logging["target_prefix"] == "buckets/shop-test-web-artifacts-123456789012/"
    assert logging["depends_on"] == ["aws_s3_bucket_policy.access-logs_bucket_policy"]


def test_every_bucket_is_closed_versioned_and_has_an_end() -> None:
    generated = web()
    buckets = set(generated.resources("aws_s3_bucket"))
    assert buckets == {"access-logs_bucket", "delivery-web_artifacts_bucket"}
    for name in buckets:
        access = generated.named("aws_s3_bucket_public_access_block", f"{name}_public-access")
        for setting in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"):
            assert access[setting] is True
        (encryption,) = generated.named("aws_s3_bucket_server_side_encryption_configuration", f"{name}_encryption")[
            "rule"
        ]
        assert encryption["blocked_encryption_types"] == ["SSE-C"]
        versioning = generated.named("aws_s3_bucket_versioning", f"{name}_versioning")
        assert versioning["versioning_configuration"] == {"status": "Enabled"}
        (rule,) = generated.named("aws_s3_bucket_lifecycle_configuration", f"{name}_lifecycle")["rule"]
        assert rule["expiration"][0]["days"] > 0
        assert rule["noncurrent_version_expiration"][0]["noncurrent_days"] > 0


# --- pipeline -------------------------------------------------------------------------------


def test_the_stages_follow_each_other_and_hand_on_their_artifacts() -> None:
    stages = actions(web())
    assert list(stages) == ["Source", "Build", "Deploy"]
    assert stages["Source"]["output_artifacts"] == stages["Build"]["input_artifacts"]
    assert stages["Build"]["output_artifacts"] == stages["Deploy"]["input_artifacts"]
    assert "output_artifacts" not in stages["Deploy"]


def test_somebody_must_approve_where_it_is_asked_for() -> None:
    stages = actions(release("approval = true"))
    assert list(stages) == ["Source", "Build", "Approval", "Deploy"]
    assert (stages["Approval"]["category"], stages["Approval"]["provider"]) == ("Approval", "Manual")


def test_an_approval_that_nobody_gives_ends_after_the_time_that_is_set() -> None:
    assert actions(release("approval = true"))["Approval"]["timeout_in_minutes"] == 1440
    stages = actions(release("approval = true\n approval_timeout_minutes = 90"))
    assert {name: each.get("timeout_in_minutes") for name, each in stages.items()} == {
        "Source": None,
        "Build": None,
        "Approval": 90,
        "Deploy": None,
    }


def test_its_first_execution_finds_all_it_needs() -> None:
    assert set(web().only("aws_codepipeline")["depends_on"]) == {
        "aws_s3_bucket_policy.delivery-web_artifacts_bucket_policy",
        "aws_iam_role_policy.delivery-web_pipeline_role_policy",
        "aws_iam_role_policy.delivery-web_build_role_policy",
        "aws_iam_role_policy.delivery-web_deployment_role_policy",
    }


def test_the_pipeline_is_v2_and_its_artifacts_are_encrypted() -> None:
    pipeline = web().only("aws_codepipeline")
    assert (pipeline["pipeline_type"], pipeline["execution_mode"]) == ("V2", "SUPERSEDED")
    assert pipeline["artifact_store"] == [
        {
            "type": "S3",
            "location": "shop-test-web-artifacts-123456789012",
            "encryption_key": {"type": "KMS", "id": KEY},
        }
    ]


def test_the_pipeline_needs_a_star_for_one_action_only() -> None:
    statements = web().statements("delivery-web_pipeline_role_permissions")
    starred = {sid: body["actions"] for sid, body in statements.items() if "*" in body["resources"]}
    assert starred == {"RegisterTaskDefinition": ["ecs:RegisterTaskDefinition"]}


@pytest.mark.parametrize("role", ["delivery-web_pipeline_role", "delivery-web_deployment_role"])
def test_only_the_roles_of_the_task_are_passed_and_only_to_tasks(role: str) -> None:
    statement = web().statements(f"{role}_permissions")["PassRoles"]
    assert statement["resources"] == [
        "${aws_iam_role.service-web_roles_execution_role.arn}",
        "${aws_iam_role.service-web_roles_task_role.arn}",
    ]
    assert statement["condition"] == [
        {"test": "StringEquals", "variable": "iam:PassedToService", "values": ["ecs-tasks.amazonaws.com"]}
    ]


@pytest.mark.parametrize(
    ("role", "service"),
    [
        ("delivery-web_build_role", "codebuild.amazonaws.com"),
        ("delivery-web_deployment_role", "codedeploy.amazonaws.com"),
        ("delivery-web_pipeline_role", "codepipeline.amazonaws.com"),
        ("delivery-web_pipeline_start-role", "events.amazonaws.com"),
    ],
)
def test_each_role_is_for_one_service_calling_for_this_account(role: str, service: str) -> None:
    trust = web().statements(f"{role}_trust")["Trust"]
    assert trust["principals"] == [{"type": "Service", "identifiers": [service]}]
    assert trust["condition"][0] == {
        "test": "StringEquals",
        "variable": "aws:SourceAccount",
        "values": ["123456789012"],
    }
