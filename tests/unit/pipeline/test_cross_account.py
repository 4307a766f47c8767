"""Pipelines in a tools account, services in others: what is on which side, and who may do what across."""

from typing import Any

import pytest

from tests.support import Template, environment, mistakes_among, template_among

TOOLS, STAGE, PROD = "111111111111", "222222222222", "333333333333"

TOOLS_TEXT = f"""
project = "shop"
region  = "eu-west-1"
account = "{TOOLS}"
"""


def elsewhere(account: str, service: str = "") -> str:
    return environment(service=service, top='pipelines_in = "tools"').replace("123456789012", account)


PROMOTED = 'source "promotion" { environment = "stage" }\n release { approval = true }'
PROJECT = {"tools": TOOLS_TEXT, "stage": elsewhere(STAGE), "prod": elsewhere(PROD, PROMOTED)}
ECS = {"tools": TOOLS_TEXT, "stage": elsewhere(STAGE, 'release { engine = "ecs" }')}


def of(name: str, texts: dict[str, str] = PROJECT) -> Template:
    return template_among(texts, name)


def named(kind: str, environment: str, end: str) -> dict[str, Any]:
    """A resource of the tools account that belongs to an environment."""
    (found,) = (
        body
        for key, body in of("tools").resources(kind).items()
        if key.startswith(f"for-{environment}_") and key.endswith(end)
    )
    return found


def statements(name: str, texts: dict[str, str] = PROJECT) -> dict[str, dict[str, Any]]:
    """The statements of the release role in a service's account."""
    return of(name, texts).statements("release-web_permissions")


PIPELINE_KINDS = (
    "aws_codepipeline",
    "aws_codebuild_project",
    "aws_ecr_repository",
    "aws_codecommit_repository",
    "aws_cloudwatch_event_rule",
)
SERVICE_KINDS = ("aws_ecs_service", "aws_lb", "aws_vpc", "aws_codedeploy_deployment_group", "aws_ssm_parameter")


def test_each_account_has_what_belongs_in_it_and_nothing_else() -> None:
    tools, prod = of("tools").document["resource"], of("prod").document["resource"]
    assert {*PIPELINE_KINDS} <= tools.keys()
    assert not {*SERVICE_KINDS} & tools.keys()
    assert {*SERVICE_KINDS} <= prod.keys()
    assert not {*PIPELINE_KINDS} & prod.keys()
    (bucket,) = of("prod").resources("aws_s3_bucket").values()
    assert bucket["bucket"] == f"shop-prod-access-logs-{PROD}"


def test_nobody_delivers_logs_of_a_load_balancer_that_is_elsewhere() -> None:
    logs = of("tools").statements("access-logs_bucket_permissions")
    assert set(logs) == {"DenyPlainHttp", "DeliverBucketLogs"}
    assert "DeliverLoadBalancerLogs" in of("prod").statements("access-logs_bucket_permissions")


@pytest.mark.parametrize(("name", "account"), [("tools", TOOLS), ("stage", STAGE), ("prod", PROD)])
def test_each_is_applied_in_its_own_account_only(name: str, account: str) -> None:
    (provider,) = of(name).document["provider"]["aws"]
    assert provider["allowed_account_ids"] == [account]


def test_the_pipeline_deploys_with_a_role_of_the_services_account() -> None:
    stages = {stage["name"]: stage["action"][0] for stage in named("aws_codepipeline", "stage", "pipeline")["stage"]}
    assert list(stages) == ["Source", "Build", "Prepare", "Deploy", "HandOver"]
    role = f"arn:aws:iam::{STAGE}:role/shop-stage-web-release"
    assert {name: action.get("role_arn") for name, action in stages.items() if action.get("role_arn")} == {
        "Deploy": role
    }
    assert stages["Deploy"]["configuration"]["ApplicationName"] == "shop-stage-web"
    assert stages["Build"]["output_artifacts"] == stages["Prepare"]["input_artifacts"] == ["image"]
    assert stages["Prepare"]["output_artifacts"] == stages["Deploy"]["input_artifacts"] == ["build"]
    may = of("tools").statements("for-stage_delivery-web_pipeline_role_permissions")["BecomeReleaseRole"]
    assert (may["actions"], may["resources"]) == (["sts:AssumeRole"], [role])


def test_a_build_leaves_open_what_only_the_services_account_knows() -> None:
    build = named("aws_codebuild_project", "stage", "build_project")["environment"]["environment_variable"]
    variables = {each["name"]: each["value"] for each in build}
    assert variables["TEMPLATES"] == "open"
    assert "SUBNETS" not in variables
    prepare = named("aws_codebuild_project", "stage", "prepare_project")["environment"]["environment_variable"]
    variables = {each["name"]: each["value"] for each in prepare}
    assert variables["RELEASE_PARAMETERS"] == "/release/shop/stage/web"
    assert variables["RELEASE_ROLE_ARN"] == f"arn:aws:iam::{STAGE}:role/shop-stage-web-release"


def test_what_is_left_open_is_published_where_the_service_is() -> None:
    published = {body["name"]: body["insecure_value"] for body in of("stage").resources("aws_ssm_parameter").values()}
    assert published["/release/shop/stage/web/CONTAINER_PORT"] == "8080"
    assert "${aws_subnet." in published["/release/shop/stage/web/SUBNETS"]
    alone = template_among({"test": environment()}, "test").only("aws_codebuild_project")["environment"]
    known = {each["name"] for each in alone["environment_variable"]} - {"ECR_REPOSITORY_URI"}
    assert {name.rpartition("/")[2] for name in published} == known


def test_braces_that_parameter_store_takes_for_a_reference_are_written_otherwise() -> None:
    text = elsewhere(STAGE, 'environment = { GREETING = "{{name}}" }')
    published = of("stage", {"tools": TOOLS_TEXT, "stage": text}).named("aws_ssm_parameter", "container-environment")
    assert published["insecure_value"] == '[{"name":"GREETING","value":"{\\u007bname}}"}]'


def test_the_release_role_is_for_that_pipeline_and_its_build_alone() -> None:
    trust = of("stage").statements("release-web_trust")["Trust"]
    assert trust["principals"] == [{"type": "AWS", "identifiers": [f"arn:aws:iam::{TOOLS}:root"]}]
    assert trust["condition"] == [
        {
            "test": "ArnEquals",
            "variable": "aws:PrincipalArn",
            "values": [
                f"arn:aws:iam::{TOOLS}:role/shop-stage-web-pipeline",
                f"arn:aws:iam::{TOOLS}:role/shop-stage-web-prepare",
            ],
        }
    ]


def test_the_release_role_reads_artifacts_and_releases_one_service() -> None:
    found = statements("stage")
    bucket = f"arn:aws:s3:::shop-stage-web-artifacts-{TOOLS}"
    assert found["ReadRevision"]["resources"] == [f"{bucket}/*"]
    assert found["DecryptRevision"]["resources"] == [f"arn:aws:kms:eu-west-1:{TOOLS}:key/*"]
    assert found["DecryptRevision"]["condition"][0]["values"] == ["s3.eu-west-1.amazonaws.com"]
    assert found["Deploy"]["resources"][0] == f"arn:aws:codedeploy:eu-west-1:{STAGE}:application:shop-stage-web"
    assert found["ReadContract"]["resources"] == [
        f"arn:aws:ssm:eu-west-1:{STAGE}:parameter/release/shop/stage/web",
        f"arn:aws:ssm:eu-west-1:{STAGE}:parameter/release/shop/stage/web/*",
    ]
    starred = {sid: body["actions"] for sid, body in found.items() if "*" in body["resources"]}
    assert starred == {"RegisterTaskDefinition": ["ecs:RegisterTaskDefinition"]}


def test_bucket_and_key_let_those_two_roles_in_and_nobody_else() -> None:
    roles = [f"arn:aws:iam::{STAGE}:role/shop-stage-web-deploy", f"arn:aws:iam::{STAGE}:role/shop-stage-web-release"]
    bucket = of("tools").statements("for-stage_delivery-web_artifacts_bucket_permissions")
    allowed = {sid: body for sid, body in bucket.items() if body["effect"] == "Allow"}
    assert list(allowed) == ["ReadFromOtherAccounts", "LookFromOtherAccounts"]
    for body in allowed.values():
        assert body["principals"] == [{"type": "AWS", "identifiers": [f"arn:aws:iam::{STAGE}:root"]}]
        assert body["condition"] == [{"test": "ArnEquals", "variable": "aws:PrincipalArn", "values": roles}]
        assert not any(action.startswith(("s3:Put", "s3:Delete", "s3:*")) for action in body["actions"])
    key = of("tools").statements("key_permissions")["DecryptFromOtherAccounts"]
    assert key["actions"] == ["kms:Decrypt"]
    (who, way) = key["condition"]
    assert set(roles) < set(who["values"])  # those of prod as well
    assert way == {"test": "StringEquals", "variable": "kms:ViaService", "values": ["s3.eu-west-1.amazonaws.com"]}
    alone = template_among({"test": environment()}, "test")
    assert "DecryptFromOtherAccounts" not in alone.statements("key_permissions")


def test_every_environment_pulls_the_image_from_the_tools_account() -> None:
    repository = f"arn:aws:ecr:eu-west-1:{TOOLS}:repository/shop-stage-web"
    for name in ("stage", "prod"):
        pull = of(name).statements("service-web_roles_execution_permissions")["PullImages"]
        assert pull["resources"] == [repository]
    policy = of("tools").statements("for-stage_images-web_permissions")["PullFromOtherAccounts"]
    assert policy["principals"] == [{"type": "AWS", "identifiers": [f"arn:aws:iam::{a}:root" for a in (STAGE, PROD)]}]
    assert policy["condition"][0]["values"] == [
        f"arn:aws:iam::{STAGE}:role/shop-stage-web-execution",
        f"arn:aws:iam::{PROD}:role/shop-prod-web-execution",
    ]
    assert len(of("tools").resources("aws_ecr_repository")) == 1


def test_a_promotion_stays_in_the_tools_account() -> None:
    stages = {stage["name"]: stage["action"][0] for stage in named("aws_codepipeline", "prod", "pipeline")["stage"]}
    assert list(stages) == ["Source", "Prepare", "Approval", "Deploy"]
    assert stages["Source"]["configuration"]["S3Bucket"] == f"shop-stage-web-releases-{TOOLS}"
    decrypt = of("tools").statements("for-prod_delivery-web_pipeline_role_permissions")["DecryptRelease"]
    assert decrypt["condition"][0]["values"] == ["alias/shop-tools"]


def test_logs_of_other_environments_builds_are_encrypted_in_the_tools_account() -> None:
    statement = of("tools").statements("key_permissions")["LogGroupsOfThisEnvironment"]
    groups = [arn.partition(":log-group:")[2] for arn in statement["condition"][0]["values"]]
    assert groups == ["/shop/tools/*", "/shop/prod/*", "/shop/stage/*"]
    assert {arn.split(":")[4] for arn in statement["condition"][0]["values"]} == {TOOLS}


def test_engine_ecs_is_asked_from_the_tools_account_with_the_release_role() -> None:
    tools = of("tools", ECS)
    project = tools.named("aws_codebuild_project", "for-stage_delivery-web_deployment_project")
    variables = {each["name"]: each["value"] for each in project["environment"]["environment_variable"]}
    assert variables["RELEASE_ROLE_ARN"] == f"arn:aws:iam::{STAGE}:role/shop-stage-web-release"
    assert (variables["CLUSTER"], variables["SERVICE"]) == ("shop-stage", "shop-stage-web")
    may = tools.statements("for-stage_delivery-web_deployment_role_permissions")
    assert not any(action.startswith("ecs:") for body in may.values() for action in body["actions"])
    there = statements("stage", ECS)
    assert there["Release"]["resources"] == [f"arn:aws:ecs:eu-west-1:{STAGE}:service/shop-stage/shop-stage-web"]
    callers = of("stage", ECS).statements("release-web_trust")["Trust"]["condition"][0]["values"]
    assert callers == [f"arn:aws:iam::{TOOLS}:role/shop-stage-web-{part}" for part in ("deploy", "prepare")]


LINE = "environments/stage/environment.hcl:15: pipelines_in: "


@pytest.mark.parametrize(
    ("tools", "stage", "message"),
    [
        (
            TOOLS_TEXT,
            elsewhere(TOOLS),
            '"tools" is in the same account, where pipelines are anyway; leave this out',
        ),
        (
            TOOLS_TEXT.replace("eu-west-1", "eu-west-2"),
            elsewhere(STAGE),
            '"tools" is of project shop in eu-west-2, this environment of shop in eu-west-1; both must be the same',
        ),
        (
            TOOLS_TEXT,
            elsewhere(STAGE).replace('pipelines_in = "tools"', 'pipelines_in = "tool"'),
            '"tool" is no other environment; there are other',
        ),
    ],
)
def test_pipelines_that_cannot_be_elsewhere_are_refused(tools: str, stage: str, message: str) -> None:
    others = {"tools": tools, "other": environment()}
    if "there are other" in message:
        # Nobody names it, so that it has neither services nor pipelines.
        del others["tools"]
    assert mistakes_among({**others, "stage": stage}, "stage") == [LINE + message]


def test_pipelines_that_can_are_not() -> None:
    assert mistakes_among({"tools": TOOLS_TEXT, "stage": elsewhere(STAGE)}, "stage") == []
    assert mistakes_among({"tools": TOOLS_TEXT, "stage": elsewhere(STAGE)}, "tools") == []


def test_an_environment_has_services_or_the_pipelines_of_others() -> None:
    (message,) = mistakes_among({"tools": TOOLS_TEXT}, "tools")
    assert message.startswith("environments/tools/environment.hcl:1: service: is missing; write service ")


def test_services_need_a_network() -> None:
    text = environment().replace("network {", "tags {").replace('zones = ["eu-west-1a", "eu-west-1b"]', "")
    (message,) = mistakes_among({"test": text}, "test")
    assert message.startswith("environments/test/environment.hcl:1: network: is missing; services need one")
