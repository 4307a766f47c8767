"""What an account gets, by what its environments say, and what the page about state says of it."""

from typing import Any

import pytest
import yaml

from tealform.settings.environment import Environment
from tests.inventory import ROOT, TEMPLATES
from tests.support import Template, mistakes
from tests.test_documents import blocks
from tests.unit.bootstrap.projects import ACCOUNT, CLOUD, GITHUB, OTHER, S3, bootstrapped, only, shared

BUCKET = f"shop-terraform-state-{ACCOUNT}"
NAME = f"state-{BUCKET}"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f"

PAGE = (ROOT / "docs" / "state.md").read_text(encoding="utf-8")
BLOCKS = blocks(PAGE, "hcl")
SETTINGS = [block for block in BLOCKS if block.startswith(("state ", "automation "))]
(MOVED,) = (block for block in BLOCKS if block.startswith("terraform "))
"""What moves the bootstrap's own state into the bucket."""


def trusts(template: Template, role: str) -> dict[str, dict[str, list[str]]]:
    """Whom a role trusts: provider, and the values of its conditions by variable."""
    found = {}
    for statement in template.statements(f"{role}-trust").values():
        assert statement["actions"] == ["sts:AssumeRoleWithWebIdentity"]
        assert {each["test"] for each in statement["condition"]} == {"StringEquals"}
        ((provider,),) = [principal["identifiers"] for principal in statement["principals"]]
        found[provider] = {each["variable"]: each["values"] for each in statement["condition"]}
    return found


def kinds(template: Template) -> set[str]:
    return set(template.document["resource"])


def test_two_environments_of_an_account_share_a_bucket_that_nobody_deletes_by_mistake() -> None:
    template = only({"dev": shared(S3), "prod": shared(S3)})
    bucket = template.only("aws_s3_bucket")
    assert (bucket["bucket"], bucket["force_destroy"]) == (BUCKET, False)
    assert bucket["lifecycle"] == {"prevent_destroy": True}
    key = template.only("aws_kms_key")
    assert (key["enable_key_rotation"], key["deletion_window_in_days"]) == (True, 30)
    assert key["lifecycle"] == {"prevent_destroy": True}
    assert template.only("aws_kms_alias")["name"] == f"alias/terraform-state/{BUCKET}"
    assert template.only("aws_s3_bucket_versioning")["versioning_configuration"] == {"status": "Enabled"}
    (rule,) = template.only("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 365, "newer_noncurrent_versions": 10}]
    assert "expiration" not in rule
    access = template.only("aws_s3_bucket_public_access_block")
    assert [access[key] for key in access if key.startswith(("block", "ignore", "restrict"))] == [True] * 4
    assert template.document["terraform"]["backend"] == {"local": {"path": "terraform.tfstate"}}
    assert "aws_iam_role" not in kinds(template)


def test_the_bucket_takes_nothing_under_another_key_or_over_plain_http() -> None:
    statements = only({"dev": shared(S3)}).statements(f"{NAME}_bucket_permissions")
    assert {statement["effect"] for statement in statements.values()} == {"Deny"}
    assert statements["DenyPlainHttp"]["actions"] == ["s3:*"]
    denied = {
        sid: {(each["test"], each["variable"]): each["values"] for each in statements[sid]["condition"]}
        for sid in ("DenyOtherEncryption", "DenyOtherKeys")
    }
    encryption, key = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"
    # Who asks for nothing gets the bucket's own.
    assert denied == {
        "DenyOtherEncryption": {("Null", encryption): ["false"], ("StringNotEquals", encryption): ["aws:kms"]},
        "DenyOtherKeys": {
            ("Null", key): ["false"],
            ("StringNotEquals", key): [
                f"${{aws_kms_key.{NAME}_key.arn}}",
                f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/terraform-state/{BUCKET}",
            ],
        },
    }


def test_a_bucket_under_a_key_that_is_named_gets_no_other_one() -> None:
    template = only({"dev": shared(f'state "s3" {{ kms_key = "{KEY}" }}')})
    assert not {"aws_kms_key", "aws_kms_alias", "aws_kms_key_policy"} & kinds(template)
    (rule,) = template.only("aws_s3_bucket_server_side_encryption_configuration")["rule"]
    assert rule["apply_server_side_encryption_by_default"]["kms_master_key_id"] == KEY


def test_buckets_in_several_regions_are_created_each_where_it_is() -> None:
    other = 'state "s3" {\n bucket = "my.states"\n region = "us-east-1"\n}'
    template = only({"dev": shared(S3), "prod": shared(other)})
    here, there = (
        {
            name: body.get("provider")
            for name, body in template.resources("aws_s3_bucket_policy").items()
            if part in name
        }
        for part in (BUCKET, "my-states")
    )
    main, second = template.document["provider"]["aws"]
    assert (main["region"], second["alias"], second["region"]) == ("us-east-1", "eu-west-1", "eu-west-1")
    assert second["allowed_account_ids"] == [ACCOUNT]
    assert (*here.values(), *there.values()) == ("aws.eu-west-1", None)


def test_what_exists_is_not_created() -> None:
    assert bootstrapped({"dev": shared('state "s3" { create = false }'), "prod": shared()}) == {}
    there = 'automation "github" {\n repository = "acme/infrastructure"\n create_provider = false\n}'
    template = only({"dev": shared('state "s3" { create = false }', there)})
    assert kinds(template) == {
        "aws_iam_role",
        "aws_iam_policy",
        "aws_iam_role_policy",
        "aws_iam_role_policy_attachment",
    }
    assert set(trusts(template, "plan")) == {
        f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    }


def test_each_account_gets_what_its_own_environments_need() -> None:
    accounts = bootstrapped(
        {"dev": shared(S3), "prod": shared(S3, GITHUB, account=OTHER), "test": shared(account="1" * 12)}
    )
    assert list(accounts) == [ACCOUNT, OTHER]
    assert accounts[OTHER].only("aws_s3_bucket")["bucket"] == f"shop-terraform-state-{OTHER}"
    assert "aws_iam_role" not in kinds(accounts[ACCOUNT])
    (provider,) = accounts[OTHER].document["provider"]["aws"]
    assert provider["allowed_account_ids"] == [OTHER]


def test_workflows_of_github_plan_for_pull_requests_and_apply_from_the_branch_alone() -> None:
    template = only({"dev": shared(S3, GITHUB)})
    provider = template.only("aws_iam_openid_connect_provider")
    assert provider["url"] == "https://token.actions.githubusercontent.com"
    assert provider["client_id_list"] == ["sts.amazonaws.com"]
    assert "thumbprint_list" not in provider
    arn = "${aws_iam_openid_connect_provider.provider-token-actions-githubusercontent-com.arn}"
    plan, apply = trusts(template, "plan")[arn], trusts(template, "apply")[arn]
    host = "token.actions.githubusercontent.com"
    assert plan[f"{host}:aud"] == apply[f"{host}:aud"] == ["sts.amazonaws.com"]
    branch = "repo:acme/infrastructure:ref:refs/heads/main"
    assert plan[f"{host}:sub"] == ["repo:acme/infrastructure:pull_request", branch]
    assert apply[f"{host}:sub"] == [branch]
    role = template.named("aws_iam_role", "_apply")
    assert (role["name"], role["path"]) == ("shop-dev-apply", "/automation/")


def test_the_apply_role_is_lent_for_as_long_as_the_workflow_asks() -> None:
    workflow = yaml.safe_load(
        (TEMPLATES / "github" / "workflows" / "apply-environment.yml").read_text(encoding="utf-8")
    )
    asked = [
        step["with"].get("seconds", 3600)
        for step in workflow["jobs"]["apply"]["steps"]
        if "aws" in step.get("uses", "")
    ]
    template = only({"dev": shared(S3, GITHUB)})
    assert template.named("aws_iam_role", "_apply")["max_session_duration"] == max(asked) > 3600
    assert template.named("aws_iam_role", "_plan")["max_session_duration"] == 3600


def test_jobs_of_an_environment_are_known_by_it_and_repositories_with_ids_by_those() -> None:
    settings = 'repository = "acme@12/infrastructure@34"\n environment = "production"'
    template = only({"prod": shared(S3, f'automation "github" {{\n {settings}\n}}')})
    (apply,) = trusts(template, "apply").values()
    assert apply["token.actions.githubusercontent.com:sub"] == ["repo:acme@12/infrastructure@34:environment:production"]


def test_runs_of_hcp_terraform_take_the_role_of_their_phase() -> None:
    template = only({"dev": shared(CLOUD)})
    assert template.only("aws_iam_openid_connect_provider")["client_id_list"] == ["aws.workload.identity"]
    for phase in ("plan", "apply"):
        (trusted,) = trusts(template, phase).values()
        workspace = "organization:acme:project:Default Project:workspace:shop-dev"
        assert trusted == {
            "app.terraform.io:aud": ["aws.workload.identity"],
            "app.terraform.io:sub": [f"{workspace}:run_phase:{phase}"],
        }
    # Its state is not in AWS.
    assert not {"aws_s3_bucket", "aws_iam_role_policy"} & kinds(template)
    output = template.document["output"]["dev-apply-role"]
    assert "TFC_AWS_APPLY_ROLE_ARN" in output["description"]
    assert "TFC_AWS_PROVIDER_AUTH = true" in output["description"]


def test_another_host_project_and_workspace_of_hcp_terraform() -> None:
    cloud = 'state "cloud" {\n workspace = "w"\n hostname = "tfe.example.com"\n}'
    template = only(
        {"dev": shared(cloud, 'automation "hcp_terraform" {\n organization = "a"\n project = "Web Shop"\n}')}
    )
    assert template.only("aws_iam_openid_connect_provider")["url"] == "https://tfe.example.com"
    (trusted,) = trusts(template, "plan").values()
    assert trusted["tfe.example.com:sub"] == ["organization:a:project:Web Shop:workspace:w:run_phase:plan"]


def test_both_may_run_one_environment_and_an_account_has_one_provider_for_each() -> None:
    texts = {"dev": shared(CLOUD, GITHUB), "prod": shared(CLOUD, GITHUB)}
    template = only(texts)
    assert len(template.resources("aws_iam_openid_connect_provider")) == 2
    assert len(template.resources("aws_iam_role")) == 4
    assert len(template.statements("runner-dev_plan-trust")) == 2


@pytest.mark.parametrize(("phase", "writes"), [("plan", False), ("apply", True)])
def test_a_plan_reads_the_state_and_an_apply_writes_it(phase: str, writes: bool) -> None:
    template = only({"dev": shared(S3, GITHUB)})
    statements: dict[str, dict[str, Any]] = template.statements(f"runner-dev_{phase}-state-permissions")
    state = f"arn:aws:s3:::{BUCKET}/shop/dev/terraform.tfstate"
    assert statements["ReadState"]["resources"] == [state, f"{state}.tflock"]
    assert statements["LockState"]["resources"] == [f"{state}.tflock"]
    assert ("WriteState" in statements) == writes
    assert statements["UseStateKey"]["resources"] == [f"${{aws_kms_key.{NAME}_key.arn}}"]
    assert ("LeaveStateKeysAlone" in statements) == writes


def test_things_are_tagged_with_what_all_environments_of_the_account_say() -> None:
    texts = {"dev": shared(S3, 'tags = { owner = "web", size = "s" }'), "prod": shared(S3, 'tags = { owner = "web" }')}
    (provider,) = only(texts).document["provider"]["aws"]
    assert provider["default_tags"] == [{"tags": {"project": "shop", "owner": "web"}}]


# --- docs/state.md ---------------------------------------------------------------------------


def test_the_settings_of_the_page_are_valid() -> None:
    assert len(SETTINGS) > 5
    for block in SETTINGS:
        state = "" if block.startswith("state") else f"{CLOUD.splitlines()[0] if 'hcp' in block else S3}\n"
        assert mistakes(shared(state + block)) == [], block


def test_the_page_names_what_is_generated() -> None:
    template = only({"prod": shared(S3, GITHUB)})
    (bucket,) = (body["bucket"] for body in template.resources("aws_s3_bucket").values())
    (alias,) = (body["name"] for body in template.resources("aws_kms_alias").values())
    assert f'"{bucket}"' in MOVED
    assert f':{alias}"' in MOVED
    roles = {f"{role['path']}{role['name']}" for role in template.resources("aws_iam_role").values()}
    assert "/automation/shop-prod-plan" in roles
    assert "role/automation/shop-prod-plan" in PAGE
    assert f"aws_s3_bucket.state-{bucket}_bucket" in {
        f"aws_s3_bucket.{name}" for name in template.resources("aws_s3_bucket")
    }


def test_production_is_protected() -> None:
    prod = (ROOT / "environments" / "prod" / "environment.hcl").read_text(encoding="utf-8")
    assert "protected = true" in prod
    assert Environment.model_fields["protected"].default is False
