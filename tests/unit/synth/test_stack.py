"""The root module of an environment: state, provider, names, outputs."""

from typing import Any

import pytest

from tealform.naming import Context
from tests.support import Template, environment, template

STATE_KEY = "arn:aws:kms:eu-west-1:123456789012:key/0f4b2c1d"


def terraform(top: str = "") -> dict[str, Any]:
    block: dict[str, Any] = template(environment(top=top)).document["terraform"]
    return block


def test_state_is_a_file_beside_the_configuration_unless_it_is_told_otherwise() -> None:
    assert terraform()["backend"] == {"local": {"path": "terraform.tfstate"}}
    assert terraform('state "local" {}') == terraform()


def test_state_in_s3_is_locked_and_under_the_key_that_is_created_with_the_bucket() -> None:
    assert terraform('state "s3" {}')["backend"] == {
        "s3": {
            "bucket": "shop-terraform-state-123456789012",
            "key": "shop/test/terraform.tfstate",
            "region": "eu-west-1",
            "encrypt": True,
            "kms_key_id": "arn:aws:kms:eu-west-1:123456789012:alias/terraform-state/shop-terraform-state-123456789012",
            "use_lockfile": True,
        }
    }
    other = terraform('state "s3" {\n bucket = "my.states"\n region = "us-east-1"\n}')["backend"]["s3"]
    assert (other["bucket"], other["region"]) == ("my.states", "us-east-1")
    # No dot: Terraform refuses one in an alias.
    assert other["kms_key_id"] == "arn:aws:kms:us-east-1:123456789012:alias/terraform-state/my_states"


def test_state_in_a_bucket_that_exists_is_encrypted_as_the_bucket_is_set_up_or_with_a_key_that_is_named() -> None:
    its_own = terraform('state "s3" {\n bucket = "states"\n create = false\n}')["backend"]["s3"]
    assert its_own.keys() == {"bucket", "key", "region", "use_lockfile"}
    named = terraform(f'state "s3" {{\n bucket = "states"\n kms_key = "{STATE_KEY}"\n}}')["backend"]["s3"]
    assert (named["encrypt"], named["kms_key_id"]) == (True, STATE_KEY)


def test_state_in_hcp_terraform_is_a_workspace_and_no_backend() -> None:
    block = terraform('state "cloud" { organization = "acme" }')
    assert block["cloud"] == {"organization": "acme", "workspaces": {"name": "shop-test"}}
    assert "backend" not in block
    everything = 'organization = "acme"\n workspace = "w"\n project = "Web Shop"\n hostname = "tfe.example.com"'
    named = terraform(f'state "cloud" {{\n {everything}\n}}')["cloud"]
    assert named["workspaces"] == {"name": "w", "project": "Web Shop"}
    assert (named["organization"], named["hostname"]) == ("acme", "tfe.example.com")


def test_what_the_cloud_block_does_not_say_is_left_to_the_variables_of_terraform() -> None:
    assert terraform('state "cloud" {}')["cloud"] == {"workspaces": {"name": "shop-test"}}


def test_terraform_and_the_provider_are_pinned() -> None:
    assert terraform()["required_version"] == ">= 1.11"
    assert terraform()["required_providers"] == {"aws": {"source": "hashicorp/aws", "version": "6.25.0"}}


def test_everything_is_tagged_with_project_environment_and_what_is_set() -> None:
    (provider,) = template(environment(top='tags = { owner = "web" }')).document["provider"]["aws"]
    assert provider["default_tags"] == [{"tags": {"project": "shop", "environment": "test", "owner": "web"}}]


def test_log_groups_keep_what_they_get_as_long_as_it_is_set() -> None:
    def days(generated: Template) -> set[int]:
        return {group["retention_in_days"] for group in generated.resources("aws_cloudwatch_log_group").values()}

    assert days(template(environment())) == {365}
    assert days(template(environment(top="log_retention_days = 30"))) == {30}


def test_logs_may_use_the_key_and_only_those_of_this_environment() -> None:
    statement = template(environment()).statements("key_permissions")["LogGroupsOfThisEnvironment"]
    assert statement["principals"] == [{"type": "Service", "identifiers": ["logs.eu-west-1.amazonaws.com"]}]
    assert statement["condition"][0]["values"] == ["arn:aws:logs:eu-west-1:123456789012:log-group:/shop/test/*"]
    assert template(environment()).only("aws_kms_key")["enable_key_rotation"] is True


def test_outputs_say_where_to_push_and_where_to_look() -> None:
    generated = template(environment())
    assert {name: output["value"] for name, output in generated.document["output"].items()} == {
        "url": "http://${aws_lb.load-balancer.dns_name}",
        "web-clone-url": "${aws_codecommit_repository.delivery-web_source_repository.clone_url_http}",
        "web-image-repository": "${aws_ecr_repository.images-web_repository.repository_url}",
        "web-pipeline": "${aws_codepipeline.delivery-web_pipeline.name}",
    }
    existing = environment(service='source "codecommit" {\n repository = "mono"\n create = false\n}')
    assert "web-clone-url" not in template(existing).document["output"]


def test_resources_are_named_by_their_path_without_hashes() -> None:
    for kind, resources in template(environment()).document["resource"].items():
        for name, body in resources.items():
            path = body["//"]["metadata"]["path"].removeprefix("test/").split("/")
            assert name in ("_".join(path), "_".join(path[:-1])), (kind, name)


@pytest.mark.parametrize(
    ("region", "partition", "suffix"),
    [
        ("eu-west-1", "aws", "amazonaws.com"),
        ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
    ],
)
def test_arns_are_of_the_regions_partition(region: str, partition: str, suffix: str) -> None:
    context = Context("shop", "test", region, "123456789012")
    assert context.arn("ecs", "cluster/a") == f"arn:{partition}:ecs:{region}:123456789012:cluster/a"
    assert context.global_arn("iam", "root") == f"arn:{partition}:iam::123456789012:root"
    assert context.dns_suffix == suffix
