"""How the image is built: machine, variables, secrets, caches, network and registries; what is there, and what is not."""

from __future__ import annotations

import json

import pytest

from tests.support import Body, Template, environment, template, template_among

ACCOUNT = "123456789012"
ECR = f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository"
EC2 = f"arn:aws:ec2:eu-west-1:{ACCOUNT}"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:npm-AbCdEf"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/0f4b2c1d"
HUB = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:ecr-pullthroughcache/hub-AbCdEf"
REGISTRIES = f"""
pull_through_cache "docker-hub" {{ credentials = "{HUB}" }}
pull_through_cache "quay" {{}}
"""


def web(text: str) -> Template:
    return template(environment(service=text))


PLAIN = template(environment())
SECRETS = template(
    environment(
        service=f"""
build {{
  environment = {{ STAGE = "test" }}
  secrets = {{
    TOKEN   = "{SECRET}:token::"
    WHOLE   = "{SECRET}"
    LICENCE = "arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/shop/licence"
    LEVEL   = "arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/level"
  }}
  secrets_kms_keys = ["{KEY}"]
}}
"""
    )
)
IN_VPC = web("build {\n vpc = true\n egress_ports = [443, 8081]\n}")
CACHED = web('build { cache = "ecr" }')
THROUGH = template(environment(top=REGISTRIES))


def project(generated: Template) -> Body:
    return generated.resources("aws_codebuild_project")["delivery-web_build_project"]


def variables(generated: Template) -> dict[str, tuple[str | None, str]]:
    given = project(generated)["environment"]["environment_variable"]
    return {each["name"]: (each.get("type"), each["value"]) for each in given}


def may(generated: Template) -> dict[str, Body]:
    return generated.statements("delivery-web_build_role_permissions")


# --- buildspec and machine ------------------------------------------------------------------


def test_the_buildspec_is_the_contracts_unless_another_is_named() -> None:
    assert project(PLAIN)["source"] == {"type": "CODEPIPELINE", "buildspec": "buildspec.yml"}
    own = web('build { buildspec = "ci/build.yaml" }')
    assert project(own)["source"]["buildspec"] == "ci/build.yaml"


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_the_machine_has_the_services_processor_in_the_size_that_is_asked_for(architecture: str) -> None:
    size = 'compute = "BUILD_GENERAL1_XLARGE"\n timeout_minutes = 90'
    built = project(web(f'architecture = "{architecture}"\n build {{\n {size}\n}}'))
    machine = built["environment"]
    kinds = {
        "x86_64": ("LINUX_CONTAINER", "aws/codebuild/amazonlinux-x86_64-standard:5.0"),
        "arm64": ("ARM_CONTAINER", "aws/codebuild/amazonlinux-aarch64-standard:3.0"),
    }
    assert (machine["type"], machine["image"]) == kinds[architecture]
    assert machine["compute_type"] == "BUILD_GENERAL1_XLARGE"
    assert machine["privileged_mode"] is True
    assert built["build_timeout"] == 90


# --- variables and secrets ------------------------------------------------------------------


def test_secrets_are_named_as_codebuild_names_them_and_are_not_in_the_clear() -> None:
    given = variables(SECRETS)
    assert given["STAGE"] == (None, "test")
    assert given["TOKEN"] == ("SECRETS_MANAGER", f"{SECRET}:token::")
    assert given["WHOLE"] == ("SECRETS_MANAGER", SECRET)
    # With more than one part a parameter's name begins with a slash.
    assert given["LICENCE"] == ("PARAMETER_STORE", "/shop/licence")
    assert given["LEVEL"] == ("PARAMETER_STORE", "level")


def test_the_build_may_read_these_secrets_and_no_others() -> None:
    statements = may(SECRETS)
    assert statements["ReadSecrets"]["actions"] == ["secretsmanager:GetSecretValue"]
    assert statements["ReadSecrets"]["resources"] == [SECRET]
    assert statements["ReadParameters"]["actions"] == ["ssm:GetParameters"]
    assert statements["ReadParameters"]["resources"] == [
        f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/level",
        f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/shop/licence",
    ]
    assert statements["DecryptSecrets"]["resources"] == [KEY]
    assert not {"ReadSecrets", "ReadParameters", "DecryptSecrets"} & may(PLAIN).keys()
    assert {kind for kind, _ in variables(PLAIN).values()} == {None}


# --- caches ---------------------------------------------------------------------------------


def test_nothing_is_kept_unless_it_is_asked_for() -> None:
    assert "cache" not in project(PLAIN)
    assert "CACHE_REPOSITORY_URI" not in variables(PLAIN)
    assert len(PLAIN.resources("aws_ecr_repository")) == 1


def test_a_local_cache_keeps_layers_on_the_machine() -> None:
    local = web('build { cache = "local" }')
    assert project(local)["cache"] == {"type": "LOCAL", "modes": ["LOCAL_DOCKER_LAYER_CACHE"]}
    assert project(local)["environment"]["privileged_mode"] is True
    assert len(local.resources("aws_ecr_repository")) == 1


def test_a_cache_in_ecr_is_a_repository_of_its_own_whose_tag_moves() -> None:
    cache = CACHED.named("aws_ecr_repository", "build-cache_repository")
    assert cache["name"] == "shop-test-web-cache"
    assert cache["image_tag_mutability"] == "MUTABLE"
    assert cache["encryption_configuration"][0]["encryption_type"] == "KMS"
    assert CACHED.named("aws_ecr_repository", "images-web_repository")["image_tag_mutability"] == "IMMUTABLE"
    (rule,) = CACHED.document["data"]["aws_ecr_lifecycle_policy_document"]["delivery-web_build-cache_expiry"]["rule"]
    assert rule["selection"] == [
        {"tag_status": "untagged", "count_type": "sinceImagePushed", "count_unit": "days", "count_number": 1}
    ]
    assert rule["action"] == [{"type": "expire"}]
    policy = CACHED.named("aws_ecr_lifecycle_policy", "build-cache_lifecycle")
    assert policy["repository"] == "${aws_ecr_repository.delivery-web_build-cache_repository.name}"
    assert "cache" not in project(CACHED)


def test_the_build_finds_the_cache_and_may_replace_it() -> None:
    repository = "${aws_ecr_repository.delivery-web_build-cache_repository.repository_url}"
    assert variables(CACHED)["CACHE_REPOSITORY_URI"] == (None, repository)
    statements = may(CACHED)
    assert statements["UseCache"]["resources"] == [f"{ECR}/shop-test-web-cache"]
    assert {"ecr:BatchGetImage", "ecr:PutImage"} <= set(statements["UseCache"]["actions"])
    assert statements["PushImages"]["resources"] == [f"{ECR}/shop-test-web"]
    assert "UseCache" not in may(PLAIN)


# --- the VPC --------------------------------------------------------------------------------


def test_builds_are_outside_the_vpc_unless_they_are_asked_in() -> None:
    assert "vpc_config" not in project(PLAIN)
    assert "depends_on" not in project(PLAIN)
    assert not any(action.startswith("ec2:") for body in may(PLAIN).values() for action in body["actions"])
    assert not [name for name in PLAIN.resources("aws_security_group") if "build" in name]


def test_builds_in_the_vpc_are_in_its_private_subnets_behind_a_group_that_lets_nobody_in() -> None:
    group = "${aws_security_group.delivery-web_build_network_security-group.id}"
    assert project(IN_VPC)["vpc_config"] == {
        "vpc_id": "${aws_vpc.network_vpc.id}",
        "subnets": ["${aws_subnet.network_vpc_private-a.id}", "${aws_subnet.network_vpc_private-b.id}"],
        "security_group_ids": [group],
    }
    ingress = IN_VPC.resources("aws_vpc_security_group_ingress_rule").values()
    assert group not in [each["security_group_id"] for each in ingress]
    egress = IN_VPC.resources("aws_vpc_security_group_egress_rule").values()
    out = [each for each in egress if each["security_group_id"] == group]
    assert [(each["from_port"], each["to_port"], each["cidr_ipv4"]) for each in out] == [
        (443, 443, "0.0.0.0/0"),
        (8081, 8081, "0.0.0.0/0"),
    ]


def test_the_project_comes_after_what_codebuild_looks_at() -> None:
    needed = project(IN_VPC)["depends_on"]
    assert "aws_iam_role_policy.delivery-web_build_role_policy" in needed
    assert "aws_vpc_security_group_egress_rule.delivery-web_build_network_egress-443" in needed
    assert "aws_route.network_vpc_private-a-internet" in needed


def test_the_build_may_join_these_subnets_and_lend_interfaces_to_codebuild_alone() -> None:
    statements = may(IN_VPC)
    subnets = [f"arn:aws:ec2:eu-west-1:*:subnet/${{aws_subnet.network_vpc_private-{zone}.id}}" for zone in ("a", "b")]
    in_them = {"test": "ArnLike", "variable": "ec2:Subnet", "values": subnets}
    assert statements["JoinNetwork"]["actions"] == ["ec2:CreateNetworkInterface"]
    assert statements["JoinNetwork"]["resources"] == [
        f"{EC2}:network-interface/*",
        *subnets,
        f"{EC2}:security-group/${{aws_security_group.delivery-web_build_network_security-group.id}}",
    ]
    assert statements["LendNetworkInterfaces"]["condition"] == [
        in_them,
        {"test": "StringEquals", "variable": "ec2:AuthorizedService", "values": ["codebuild.amazonaws.com"]},
    ]
    assert statements["LeaveNetwork"]["condition"] == [in_them]
    for sid in ("LendNetworkInterfaces", "LeaveNetwork"):
        assert statements[sid]["resources"] == [f"{EC2}:network-interface/*"]
    everywhere = {sid for sid, body in statements.items() if body["resources"] == ["*"]}
    assert everywhere == {"LoginToEcr", "LookAtNetwork"}
    assert all(action.startswith("ec2:Describe") for action in statements["LookAtNetwork"]["actions"])


# --- registries -----------------------------------------------------------------------------


def test_each_registry_has_a_rule_with_a_prefix_of_the_environment() -> None:
    rules = {
        body["ecr_repository_prefix"]: (body["upstream_registry_url"], body.get("credential_arn"))
        for body in THROUGH.resources("aws_ecr_pull_through_cache_rule").values()
    }
    assert rules == {
        "shop-test/docker-hub": ("registry-1.docker.io", HUB),
        "shop-test/quay": ("quay.io", None),
    }
    assert "aws_ecr_pull_through_cache_rule" not in PLAIN.document["resource"]


def test_builds_are_told_where_to_pull_from_and_docker_what_to_be_told() -> None:
    host = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com"
    given = variables(THROUGH)
    assert given["DOCKER_HUB"] == (None, f"{host}/shop-test/docker-hub")
    assert given["QUAY"] == (None, f"{host}/shop-test/quay")
    assert given["BUILD_ARGUMENTS"] == (None, "DOCKER_HUB QUAY")
    assert not {"DOCKER_HUB", "QUAY", "BUILD_ARGUMENTS"} & variables(PLAIN).keys()


def test_builds_may_pull_and_import_below_the_environments_prefixes_alone() -> None:
    statement = may(THROUGH)["PullThroughCache"]
    assert statement["resources"] == [f"{ECR}/shop-test/docker-hub/*", f"{ECR}/shop-test/quay/*"]
    assert statement["actions"] == [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:BatchImportUpstreamImage",
        "ecr:CreateRepository",
        "ecr:GetDownloadUrlForLayer",
    ]
    assert "PullThroughCache" not in may(PLAIN)


def test_the_pipeline_starts_once_the_rules_are_there() -> None:
    needed = THROUGH.only("aws_codepipeline")["depends_on"]
    assert {
        "aws_ecr_pull_through_cache_rule.pull-through-cache-docker-hub_rule",
        "aws_ecr_pull_through_cache_rule.pull-through-cache-quay_rule",
    } <= set(needed)


def test_the_rules_are_in_the_account_of_the_builds() -> None:
    tools = '\nproject = "shop"\nregion = "eu-west-1"\naccount = "999999999999"\n'
    secret = HUB.replace(ACCOUNT, "999999999999")
    text = environment(top=f'pipelines_in = "tools"\npull_through_cache "docker-hub" {{ credentials = "{secret}" }}')
    texts = {"tools": tools, "test": text}
    assert "aws_ecr_pull_through_cache_rule" not in template_among(texts, "test").document["resource"]
    there = template_among(texts, "tools")
    assert there.only("aws_ecr_pull_through_cache_rule")["ecr_repository_prefix"] == "shop-test/docker-hub"
    build = there.resources("aws_codebuild_project")["for-test_delivery-web_build_project"]
    given = {each["name"]: each["value"] for each in build["environment"]["environment_variable"]}
    assert given["DOCKER_HUB"] == "999999999999.dkr.ecr.eu-west-1.amazonaws.com/shop-test/docker-hub"


# --- images and permissions -----------------------------------------------------------------


def test_images_have_immutable_tags_are_scanned_encrypted_and_expire() -> None:
    generated = web("build { keep_images = 50 }")
    repository = generated.only("aws_ecr_repository")
    assert repository["image_tag_mutability"] == "IMMUTABLE"
    assert repository["image_scanning_configuration"] == {"scan_on_push": True}
    assert repository["encryption_configuration"] == [{"encryption_type": "KMS", "kms_key": "${aws_kms_key.key.arn}"}]
    (document,) = generated.document["data"]["aws_ecr_lifecycle_policy_document"].values()
    untagged, newest = (rule["selection"][0] for rule in document["rule"])
    assert (untagged["tag_status"], untagged["count_number"]) == ("untagged", 7)
    assert (newest["tag_status"], newest["count_number"]) == ("any", 50)
    assert generated.only("aws_ecr_lifecycle_policy")["policy"] == (
        "${data.aws_ecr_lifecycle_policy_document.images-web_expiry.json}"
    )


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
    logs = project(PLAIN)["logs_config"]["cloudwatch_logs"]
    assert logs == {
        "status": "ENABLED",
        "group_name": "${aws_cloudwatch_log_group.delivery-web_build_logs_group.name}",
    }


def test_the_build_may_push_to_one_repository() -> None:
    statements = may(PLAIN)
    assert statements["PushImages"]["resources"] == ["arn:aws:ecr:eu-west-1:123456789012:repository/shop-test-web"]
    starred = {sid: body["actions"] for sid, body in statements.items() if "*" in body["resources"]}
    assert starred == {"LoginToEcr": ["ecr:GetAuthorizationToken"]}
