"""What each kind of source makes, hands on and may do, and how it starts the pipeline once."""

import json
from typing import Any

import pytest

from tests.support import Template, environment, template

ACCOUNT = "123456789012"
CONNECTION = f"arn:aws:codeconnections:eu-west-1:{ACCOUNT}:connection/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f"


def web(source: str, top: str = "") -> Template:
    return template(environment(service=f"source {source}\n release {{ approval = true }}", top=top))


def first_action(generated: Template) -> dict[str, Any]:
    stage = generated.only("aws_codepipeline")["stage"][0]
    (action,) = stage["action"]
    found: dict[str, Any] = action
    return found


def connected(host: str) -> str:
    return f'"{host}" {{\n repository = "acme/web"\n connection = "{CONNECTION}"\n}}'


def may(generated: Template, sid: str) -> dict[str, Any]:
    return generated.statements("delivery-web_pipeline_role_permissions")[sid]


def link(generated: Template) -> str:
    (action,) = generated.only("aws_codepipeline")["stage"][2]["action"]
    return str(action["configuration"]["ExternalEntityLink"])


def pattern(generated: Template) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(generated.only("aws_cloudwatch_event_rule")["event_pattern"])
    return found


# --- CodeCommit -----------------------------------------------------------------------------


def test_a_reader_of_codecommit_reads_one_repository() -> None:
    statement = may(web('"codecommit" {}'), "ReadSource")
    assert statement["resources"] == [f"arn:aws:codecommit:eu-west-1:{ACCOUNT}:shop-test-web"]
    assert {action.split(":")[0] for action in statement["actions"]} == {"codecommit"}


def test_a_repository_is_created_unless_one_is_named_that_exists() -> None:
    assert web('"codecommit" {}').only("aws_codecommit_repository")["repository_name"] == "shop-test-web"
    named = web('"codecommit" { repository = "mono" }')
    assert named.only("aws_codecommit_repository")["repository_name"] == "mono"
    existing = web('"codecommit" {\n repository = "mono"\n create = false\n}')
    assert existing.resources("aws_codecommit_repository") == {}
    assert first_action(existing)["configuration"]["RepositoryName"] == "mono"


def test_source_is_not_destroyed_unless_the_environment_is_disposable() -> None:
    assert web('"codecommit" {}').only("aws_codecommit_repository")["lifecycle"] == {"prevent_destroy": True}
    assert "lifecycle" not in web('"codecommit" {}', top="disposable = true").only("aws_codecommit_repository")


def test_pull_requests_need_an_approval_unless_told_otherwise() -> None:
    content = json.loads(web('"codecommit" {}').only("aws_codecommit_approval_rule_template")["content"])
    assert "DestinationReferences" not in content  # of any branch: other environments release others
    assert content["Statements"] == [{"Type": "Approvers", "NumberOfApprovalsNeeded": 1}]
    assert web('"codecommit" {}').only("aws_codecommit_approval_rule_template_association")["repository_name"] == (
        "${aws_codecommit_repository.delivery-web_source_repository.repository_name}"
    )
    two = web('"codecommit" { approvals = 2 }').only("aws_codecommit_approval_rule_template")
    assert json.loads(two["content"])["Statements"][0]["NumberOfApprovalsNeeded"] == 2
    none = web('"codecommit" { approvals = 0 }')
    assert none.resources("aws_codecommit_approval_rule_template") == {}


def test_a_push_to_the_branch_starts_the_pipeline_once() -> None:
    generated = web('"codecommit" { branch = "release/1" }')
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
    source = first_action(generated)
    assert source["configuration"]["PollForSourceChanges"] == "false"
    assert source["configuration"]["BranchName"] == "release/1"
    target = generated.only("aws_cloudwatch_event_target")
    assert target["arn"] == "${aws_codepipeline.delivery-web_pipeline.arn}"
    assert target["depends_on"] == ["aws_iam_role_policy.delivery-web_pipeline_start-role_policy"]
    start = generated.statements("delivery-web_pipeline_start-role_permissions")["Start"]
    assert start["actions"] == ["codepipeline:StartPipelineExecution"]
    assert start["resources"] == ["arn:aws:codepipeline:eu-west-1:123456789012:shop-test-web"]


# --- S3 -------------------------------------------------------------------------------------


def test_a_bucket_is_created_that_keeps_what_was_put_in() -> None:
    generated = web('"s3" {}')
    bucket = f"shop-test-web-source-{ACCOUNT}"
    assert generated.named("aws_s3_bucket", "delivery-web_source_bucket")["bucket"] == bucket
    versioning = generated.named("aws_s3_bucket_versioning", "delivery-web_source_bucket_versioning")
    assert versioning["versioning_configuration"] == {"status": "Enabled"}
    assert generated.named("aws_s3_bucket_notification", "delivery-web_source_bucket_events")["eventbridge"] is True
    (rule,) = generated.named("aws_s3_bucket_lifecycle_configuration", "delivery-web_source_bucket_lifecycle")["rule"]
    assert "expiration" not in rule  # the newest version is what a retry builds, however old
    assert rule["noncurrent_version_expiration"][0]["noncurrent_days"] == 30
    assert generated.resources("aws_codecommit_repository") == {}
    assert generated.document["output"]["web-source"]["value"] == f"s3://{bucket}/source.zip"


def test_the_newest_version_of_one_object_is_taken_without_polling() -> None:
    action = first_action(web('"s3" { key = "drops/web.zip" }'))
    assert (action["provider"], action["category"], action["output_artifacts"]) == ("S3", "Source", ["source"])
    assert action["configuration"] == {
        "S3Bucket": f"shop-test-web-source-{ACCOUNT}",
        "S3ObjectKey": "drops/web.zip",
        "PollForSourceChanges": "false",
    }


def test_a_new_version_of_that_object_starts_the_pipeline() -> None:
    assert pattern(web('"s3" { key = "drops/web.zip" }')) == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "resources": [f"arn:aws:s3:::shop-test-web-source-{ACCOUNT}"],
        "detail": {
            "bucket": {"name": [f"shop-test-web-source-{ACCOUNT}"]},
            "object": {"key": ["drops/web.zip"]},
        },
    }


def test_a_bucket_that_exists_is_only_read() -> None:
    generated = web(f'"s3" {{\n bucket = "drops"\n create = false\n kms_key = "{KEY}"\n}}')
    assert {body["bucket"] for body in generated.resources("aws_s3_bucket").values()} == {
        f"shop-test-access-logs-{ACCOUNT}",
        f"shop-test-web-artifacts-{ACCOUNT}",
    }
    assert may(generated, "ReadSource")["resources"] == ["arn:aws:s3:::drops/source.zip"]
    assert may(generated, "SourceBucket")["resources"] == ["arn:aws:s3:::drops"]
    assert may(generated, "DecryptSource") == {
        "sid": "DecryptSource",
        "effect": "Allow",
        "actions": ["kms:Decrypt"],
        "resources": [KEY],
    }
    assert "web-source" not in generated.document["output"]
    assert "DecryptSource" not in web('"s3" {}').statements("delivery-web_pipeline_role_permissions")


# --- GitHub, GitLab, Bitbucket --------------------------------------------------------------


def test_one_connection_is_created_for_all_services_that_name_none() -> None:
    text = environment(
        service='source "github" { repository = "acme/web" }\n paths = ["/web/*"]',
        top='service "api" {\n port = 80\n priority = 200\n source "github" { repository = "acme/api" }\n}',
    )
    generated = template(text)
    connection = generated.only("aws_codeconnections_connection")
    assert (connection["name"], connection["provider_type"]) == ("shop-test-github", "GitHub")
    arns = {
        pipeline["stage"][0]["action"][0]["configuration"]["ConnectionArn"]
        for pipeline in generated.resources("aws_codepipeline").values()
    }
    assert arns == {"${aws_codeconnections_connection.connection-github.arn}"}
    assert generated.document["output"]["github-connection"]["value"].endswith("/settings/connections?region=eu-west-1")


def test_a_connection_that_exists_is_used() -> None:
    generated = web(f'"gitlab" {{\n repository = "acme/shop/web"\n connection = "{CONNECTION}"\n}}')
    assert generated.resources("aws_codeconnections_connection") == {}
    assert may(generated, "ReadSource")["resources"] == [CONNECTION]
    configuration = first_action(generated)["configuration"]
    assert configuration["ConnectionArn"] == CONNECTION
    assert configuration["FullRepositoryId"] == "acme/shop/web"


def test_a_push_to_the_branch_starts_it_by_a_trigger_and_by_nothing_else() -> None:
    generated = web('"github" {\n repository = "acme/web"\n branch = "release"\n}')
    (trigger,) = generated.only("aws_codepipeline")["trigger"]
    assert trigger == {
        "provider_type": "CodeStarSourceConnection",
        "git_configuration": {"source_action_name": "Source", "push": [{"branches": {"includes": ["release"]}}]},
    }
    configuration = first_action(generated)["configuration"]
    assert configuration["DetectChanges"] == "false"
    assert configuration["OutputArtifactFormat"] == "CODE_ZIP"
    assert generated.resources("aws_cloudwatch_event_rule") == {}
    assert "trigger" not in web('"codecommit" {}').only("aws_codepipeline")


def test_paths_narrow_the_branch_and_tags_replace_it() -> None:
    def push(filters: str) -> list[dict[str, Any]]:
        generated = web(f'"bitbucket" {{\n repository = "acme/web"\n {filters}\n}}')
        (trigger,) = generated.only("aws_codepipeline")["trigger"]
        found: list[dict[str, Any]] = trigger["git_configuration"]["push"]
        return found

    assert push('paths = ["web/**"]\n ignore_paths = ["**/*.md"]') == [
        {"branches": {"includes": ["main"]}, "file_paths": {"includes": ["web/**"], "excludes": ["**/*.md"]}}
    ]
    assert push('ignore_paths = ["docs/**"]') == [
        {"branches": {"includes": ["main"]}, "file_paths": {"excludes": ["docs/**"]}}
    ]
    assert push('tags = ["v*"]') == [{"tags": {"includes": ["v*"]}}]


def test_every_source_hands_the_same_to_the_build() -> None:
    for source in ('"codecommit" {}', '"s3" {}', '"github" { repository = "acme/web" }'):
        generated = web(source)
        assert first_action(generated)["output_artifacts"] == ["source"]
        (build,) = generated.only("aws_codepipeline")["stage"][1]["action"]
        assert (build["name"], build["input_artifacts"], build["output_artifacts"]) == ("Build", ["source"], ["build"])


@pytest.mark.parametrize(
    ("source", "end"),
    [
        ('"s3" {}', "&prefix=source.zip&versionId=#{SourceVariables.VersionId}"),
        (connected("github"), "https://github.com/acme/web/commit/#{SourceVariables.CommitId}"),
        (connected("gitlab"), "https://gitlab.com/acme/web/-/commit/#{SourceVariables.CommitId}"),
        (connected("bitbucket"), "https://bitbucket.org/acme/web/commits/#{SourceVariables.CommitId}"),
    ],
    ids=["s3", "github", "gitlab", "bitbucket"],
)
def test_who_approves_sees_what_is_released(source: str, end: str) -> None:
    address = link(web(source))
    assert address.endswith(end) if source.startswith('"s3"') else address == end
