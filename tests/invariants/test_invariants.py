"""Each invariant can be violated: for each there is a document with one mistake in it."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from tests.invariants import assertions
from tests.invariants.assertions import (
    accounts,
    contract,
    document,
    names,
    permissions,
    pipelines,
    releases,
    routes,
    tasks,
)
from tests.invariants.assertions.document import INVARIANTS, PROJECT_INVARIANTS, Body, Invariant, ProjectInvariant
from tests.support import environment, template, template_among

TEXT = environment(
    service="""
  writable_paths = ["/tmp"]
  paths          = ["/web/*"]
  scaling {
    schedule "night" {
      at  = "cron(0 20 * * ? *)"
      min = 1
      max = 2
    }
  }
  source "s3" {}
  build {
    secrets = {
      TOKEN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/npm-AbCdEf:token::"
      LEVEL = "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/level"
    }
  }
  test {}
  release {
    strategy     = "linear"
    percent      = 20
    hold_minutes = 30
    smoke_test {
      path = "/web/health"
    }
  }
""",
    top="""
pull_through_cache "docker-hub" {
  credentials = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf"
}
service "api" {
  port     = 9000
  priority = 200
  source "github" {
    repository = "acme/api"
  }
  release {
    engine   = "ecs"
    strategy = "canary"
  }
}
""",
)


def stage(account: str, service: str) -> str:
    """Return an environment whose pipelines are in the tools account."""
    text = environment(service, top='pipelines_in = "tools"')
    return text.replace("123456789012", account)


# Two stages with a tools account: dev by CodeDeploy, and prod, to which dev's releases are promoted, by ECS.
PROJECT = {
    "tools": 'project = "shop"\nregion = "eu-west-1"\naccount = "999988887777"\n',
    "dev": stage("123456789012", ""),
    "prod": stage("123456789012", 'source "promotion" {\n environment = "dev"\n }\n release {\n engine = "ecs"\n }'),
}

MISSING = object()

WEB = "aws_ecs_service.service-web_service"
API = "aws_ecs_service.service-api_service"
GROUP = "aws_codedeploy_deployment_group.delivery-web_deployment_group"
BLUE_GREEN = f"{GROUP}.blue_green_deployment_config"
CONFIG = "aws_codedeploy_deployment_config.delivery-web_deployment_config"
RULE = "aws_lb_listener_rule.service-web_rules_production"
TEST_RULE = "aws_lb_listener_rule.service-web_rules_test"
LISTENER = "aws_lb_listener.load-balancer_production-listener"
TEST_LISTENER = "aws_lb_listener.load-balancer_test-listener"
GREEN = "aws_lb_target_group.service-web_target-groups_green"
TASK = "aws_ecs_task_definition.service-web_task-definition"
BUILD = "aws_codebuild_project.delivery-web_build_project"
VARIABLES = f"{BUILD}.environment.environment_variable"
FUNCTION = "aws_lambda_function.service-web_smoke-test_function"
TARGET = "aws_appautoscaling_target.service-web_scaling_target"
ALARM = "aws_cloudwatch_metric_alarm.service-web_alarms_unhealthy-blue"
PIPELINE = "aws_codepipeline.delivery-web_pipeline"
OF_GITHUB = "aws_codepipeline.delivery-api_pipeline"
START = "aws_cloudwatch_event_rule.delivery-web_pipeline_start"
START_TARGET = "aws_cloudwatch_event_target.delivery-web_pipeline_start-target"
DOCUMENTS = "data.aws_iam_policy_document"
DEPLOYS = f"{DOCUMENTS}.delivery-web_deployment_role_permissions.statement"
TRUST = f"{DOCUMENTS}.service-web_roles_task_trust.statement[0]"
SOURCE = f"{PIPELINE}.stage[name=Source].action[0]"
BUILDS = f"{PIPELINE}.stage[name=Build].action[0]"
TESTS = f"{PIPELINE}.stage[name=Test].action[0]"
DEPLOYMENT = f"{PIPELINE}.stage[name=Deploy]"
FOR_DEV = "aws_codepipeline.for-dev_delivery-web_pipeline.stage"
FOR_PROD = "aws_codepipeline.for-prod_delivery-web_pipeline.stage"
DEV_DEPLOYS = f"{FOR_DEV}[name=Deploy].action[0]"
PREPARES = "aws_codebuild_project.for-dev_delivery-web_prepare_project.environment.environment_variable"
NO_GROUP = "${aws_lb_target_group.service-api_target-groups_blue.arn}"
ELSEWHERE = "arn:aws:iam::123456789012:role/shop-dev-web-other"
TRIGGER = {"git_configuration": {"source_action_name": "Source", "push": [{}]}}

Mistake = tuple[str, object]
"""The path of a mistake (resources are meant unless it says ``data`` or ``output``), and the value there.

``[0]`` is an element of a list, ``[name=Build]`` the one whose ``name`` is ``Build``.
"""

MISTAKES: dict[Invariant, tuple[Mistake, ...]] = {
    releases.ignored_changes_match_owners: (
        (f"{WEB}.lifecycle.ignore_changes", ["task_definition", "desired_count"]),
        (f"{API}.lifecycle.ignore_changes[0]", "load_balancer"),
        (f"{RULE}.lifecycle", MISSING),
        (f"{LISTENER}.lifecycle", {"ignore_changes": ["default_action"]}),
        (f"{LISTENER}.default_action", [{"type": "forward", "target_group_arn": NO_GROUP}]),
        (f"{TARGET}.lifecycle", MISSING),
        ("aws_appautoscaling_scheduled_action", {}),
        (f"{TASK}.lifecycle", {"ignore_changes": ["cpu"]}),
    ),
    releases.ready_options_agree: (
        (f"{BLUE_GREEN}.deployment_ready_option.wait_time_in_minutes", MISSING),
        (f"{BLUE_GREEN}.deployment_ready_option.action_on_timeout", "CONTINUE_DEPLOYMENT"),
    ),
    releases.blue_is_terminated_in_time: (
        (f"{BLUE_GREEN}.terminate_blue_instances_on_deployment_success.termination_wait_time_in_minutes", 2881),
    ),
    releases.deployment_configs_are_known: (
        (f"{CONFIG}.compute_platform", "Server"),
        (f"{CONFIG}.traffic_routing_config.type", "TimeBasedCanary"),
        (f"{CONFIG}.traffic_routing_config.time_based_linear.percentage", 100),
        (f"{GROUP}.deployment_config_name", "CodeDeployDefault.OneAtATime"),
    ),
    releases.alarms_roll_back: (
        (f"{GROUP}.alarm_configuration.alarms", []),
        (f"{GROUP}.alarm_configuration.alarms", [str(number) for number in range(11)]),
        (f"{GROUP}.auto_rollback_configuration.events[2]", MISSING),
        (f"{GROUP}.auto_rollback_configuration.events[0]", MISSING),
        (f"{API}.alarms.rollback", False),
    ),
    releases.network_load_balancers_move_all_at_once: (("aws_lb.load-balancer.load_balancer_type", "network"),),
    releases.each_service_has_its_controller: (
        (f"{WEB}.force_new_deployment", True),
        (f"{API}.deployment_configuration", MISSING),
        (GROUP, MISSING),
    ),
    releases.ecs_strategies_are_complete: (
        (f"{API}.deployment_configuration.strategy", "LINEAR"),
        (f"{API}.deployment_configuration.bake_time_in_minutes", "1441"),
        (f"{API}.deployment_configuration.canary_configuration.canary_percent", 0),
    ),
    releases.smoke_tests_have_time: (
        (f"{FUNCTION}.timeout", 901),
        (f"{FUNCTION}.filename", "elsewhere.zip"),
    ),
    releases.builds_have_time: ((f"{BUILD}.build_timeout", 2161),),
    names.names_are_valid: (
        (f"{GREEN}.name", "a" * 33),
        (f"{GREEN}.name", "web_green"),
        ("aws_s3_bucket.access-logs_bucket.bucket", "Shop"),
    ),
    names.names_differ: (
        (f"{GREEN}.name", "shop-test-web-blue"),
        (f"{ALARM}.alarm_name", "shop-test-web-green-unhealthy"),
    ),
    document.references_resolve: (
        (GREEN, MISSING),
        (f"{WEB}.depends_on[0]", "aws_route.elsewhere"),
        ("output.url.value", "${aws_lb.other.dns_name}"),
        (f"{FUNCTION}.description", "of ${name}"),
    ),
    document.dependencies_have_no_cycle: ((f"{GREEN}.depends_on", ["aws_ecs_service.service-web_service"]),),
    tasks.sizes_are_valid_on_fargate: ((f"{TASK}.memory", "4096"),),
    tasks.containers_are_complete: (
        (f"{TASK}.container_definitions", "[{]"),
        (f"{WEB}.load_balancer[0].container_port", 1),
        (f"{TASK}.volume", MISSING),
    ),
    tasks.capacity_can_be_placed: ((f"{WEB}.capacity_provider_strategy[0].weight", 0),),
    tasks.build_variables_fit: (
        (f"{VARIABLES}[0].value", "x" * 4097),
        (f"{VARIABLES}[0].name", "VOLUMES"),
    ),
    routes.pairs_share_a_load_balancer: (
        (f"{TEST_RULE}.action[0].target_group_arn", NO_GROUP),
        (f"{TEST_LISTENER}.load_balancer_arn", "${aws_lb.other.arn}"),
        (f"{API}.load_balancer[0].advanced_configuration", MISSING),
        (f"{WEB}.load_balancer[0].target_group_arn", f"${{{GREEN}.arn}}"),
    ),
    routes.listeners_match_codedeploy: ((f"{RULE}.action[0].target_group_arn", f"${{{GREEN}.arn}}"),),
    routes.priorities_differ: ((f"{RULE}.priority", 200),),
    routes.ports_differ: ((f"{TEST_LISTENER}.port", 80),),
    routes.load_balancer_reaches_tasks: (
        ("aws_vpc_security_group_ingress_rule.service-web_from-load-balancer", MISSING),
        ("aws_vpc_security_group_egress_rule.service-web_load-balancer-to-tasks.to_port", 80),
    ),
    permissions.policies_pass_every_check: (
        (f"{DEPLOYS}[sid=PassRoles].resources", ["*"]),
        (f"{DEPLOYS}[sid=PassRoles].condition", MISSING),
        (f"{DEPLOYS}[0].sid", "PassRoles"),
    ),
    permissions.trust_is_narrow: (
        (f"{TRUST}.condition", MISSING),
        (f"{TRUST}.principals", MISSING),
        (f"{TRUST}.condition[0].values", ["210987654321"]),
    ),
    permissions.policies_have_no_empty_list: (
        (f"{DEPLOYS}[0].condition", []),
        (f"{TRUST}.principals[0].identifiers", []),
    ),
    contract.builds_carry_the_task: (
        (f"{TASK}.cpu", "512"),
        (f"{VARIABLES}[name=VOLUMES]", MISSING),
        (f"{VARIABLES}[name=STOP_TIMEOUT].value", "31"),
    ),
    contract.builds_carry_the_placement: (
        (f"{WEB}.platform_version", "1.4.0"),
        (f"{VARIABLES}[name=SUBNETS].value", '["a"]'),
        (f"{VARIABLES}[name=HOOKS].value", '[{"OnSunday": "arn"}]'),
    ),
    pipelines.one_thing_starts_each_pipeline: (
        (START_TARGET, MISSING),
        (f"{START}.state", "DISABLED"),
        (f"{SOURCE}.configuration.PollForSourceChanges", "true"),
        (f"{PIPELINE}.trigger", [TRIGGER]),
        (f"{OF_GITHUB}.trigger", MISSING),
        (f"{OF_GITHUB}.stage[0].action[0].configuration.DetectChanges", MISSING),
        (f"{OF_GITHUB}.trigger[0].git_configuration.source_action_name", "Build"),
        (f"{START_TARGET}.arn", "${aws_codepipeline.delivery-api_pipeline.arn}"),
    ),
    pipelines.rules_match_the_source: (
        (f"{SOURCE}.configuration.S3ObjectKey", "other.zip"),
        (f"{SOURCE}.configuration.S3Bucket", "elsewhere"),
    ),
    pipelines.source_buckets_are_watched: (
        ("aws_s3_bucket_notification.delivery-web_source_bucket_events.eventbridge", False),
        ("aws_s3_bucket_versioning.delivery-web_source_bucket_versioning", MISSING),
    ),
    pipelines.artifacts_come_before_their_use: (
        (f"{BUILDS}.output_artifacts", ["image"]),
        (f"{BUILDS}.output_artifacts", ["build", "source"]),
        (f"{TESTS}.configuration.PrimarySource", "image"),
        (f"{TESTS}.configuration.PrimarySource", MISSING),
        (f"{DEPLOYMENT}.action[0].configuration.Image1ArtifactName", "source"),
    ),
    pipelines.stages_are_valid: (
        (f"{DEPLOYMENT}.name", "Build"),
        (f"{BUILDS}.name", "Build the image"),
        (f"{BUILDS}.category", "Source"),
    ),
    pipelines.conditions_are_valid: (
        (f"{DEPLOYMENT}.before_entry", {"condition": {"result": "FAIL", "rule": []}}),
        (f"{DEPLOYMENT}.before_entry", {"condition": {"rule": [{"name": "a"}, {"name": "a"}]}}),
    ),
    pipelines.variables_come_from_earlier_actions: (
        (f"{BUILDS}.namespace", MISSING),
        (f"{BUILDS}.namespace", "SourceVariables"),
        (f"{BUILDS}.namespace", "build"),
        (f"{TESTS}.configuration.EnvironmentVariables", "#{SourceVariables.CommitId}"),
    ),
    pipelines.configurations_fit: (
        (f"{TESTS}.configuration.EnvironmentVariables", "x" * 1001),
        (f"{SOURCE}.configuration.S3ObjectKey", ""),
    ),
    pipelines.pipelines_share_nothing: ((f"{PIPELINE}.role_arn", "${aws_iam_role.delivery-api_pipeline_role.arn}"),),
    tasks.builds_read_their_secrets: (
        (f"{VARIABLES}[name=TOKEN].type", MISSING),
        (f"{VARIABLES}[name=LEVEL].value", "/shop/other"),
        (
            f"{DOCUMENTS}.delivery-web_build_role_permissions.statement[sid=ReadSecrets].resources",
            ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:other-AbCdEf"],
        ),
        (
            f"{DOCUMENTS}.delivery-web_build_role_permissions.statement[sid=ReadParameters].resources",
            ["arn:aws:ssm:eu-west-1:999988887777:parameter/shop/level"],
        ),
    ),
    tasks.registries_have_credentials_here: (
        (
            "aws_ecr_pull_through_cache_rule.pull-through-cache-docker-hub_rule.credential_arn",
            "arn:aws:secretsmanager:eu-west-1:999988887777:secret:ecr-pullthroughcache/hub-AbCdEf",
        ),
    ),
}

# Mistakes between environments, with the one whose document has the mistake.
PROJECT_MISTAKES: dict[ProjectInvariant, tuple[tuple[str, str, object], ...]] = {
    accounts.roles_exist: (
        ("tools", f"{DEV_DEPLOYS}.role_arn", ELSEWHERE),
        ("dev", "aws_iam_role.release-web_role.name", "other"),
        (
            "tools",
            f"{DOCUMENTS}.key_permissions.statement[sid=DecryptFromOtherAccounts].principals[0].identifiers[0]",
            "arn:aws:iam::111122223333:root",
        ),
    ),
    accounts.actions_reach_the_service: (
        ("dev", "aws_codedeploy_app.release-web_deployment_application.name", "other"),
        ("prod", "aws_ecs_cluster.cluster.name", "other"),
    ),
    accounts.cross_account_roles_are_trusted: (
        (
            "dev",
            f"{DOCUMENTS}.release-web_trust.statement[0].condition[0].values",
            ["arn:aws:iam::999988887777:role/shop-dev-web-build"],
        ),
        (
            "tools",
            f"{DOCUMENTS}.for-dev_delivery-web_pipeline_role_permissions.statement[sid=BecomeReleaseRole].resources",
            [ELSEWHERE],
        ),
        (
            "tools",
            f"{DOCUMENTS}.for-dev_delivery-web_artifacts_bucket_permissions.statement[sid=ReadFromOtherAccounts].condition[0].values",
            ["arn:aws:iam::123456789012:role/shop-dev-web-deploy"],
        ),
        ("tools", f"{DOCUMENTS}.key_permissions.statement[sid=DecryptFromOtherAccounts]", MISSING),
        (
            "dev",
            f"{DOCUMENTS}.release-web_deployment_role_permissions.statement[sid=ReadRevision].resources",
            ["arn:aws:s3:::elsewhere/*"],
        ),
    ),
    accounts.promotions_find_releases: (
        ("tools", f"{FOR_DEV}[name=HandOver].action[0].configuration.ObjectKey", "other.zip"),
        ("tools", f"{FOR_PROD}[0].action[0].configuration.S3Bucket", "shop-test-web-releases-999988887777"),
        ("tools", "aws_kms_alias.key_alias.name", "alias/other"),
    ),
    accounts.images_exist: (
        ("tools", "aws_ecr_repository.for-dev_images-web_repository.name", "other"),
        (
            "tools",
            f"{DOCUMENTS}.for-dev_images-web_permissions.statement[0].condition[0].values",
            ["arn:aws:iam::123456789012:role/shop-dev-web-execution"],
        ),
    ),
    accounts.parameters_exist: (
        ("tools", f"{PREPARES}[name=RELEASE_PARAMETERS].value", "/shop/other"),
        (
            "dev",
            f"{DOCUMENTS}.release-web_permissions.statement[sid=ReadContract].resources",
            ["arn:aws:ssm:eu-west-1:123456789012:parameter/other"],
        ),
    ),
    accounts.names_differ_in_an_account: (("prod", "aws_ecs_cluster.cluster.name", "shop-dev"),),
}


_STEP = re.compile(r"([^.\[\]]+)|\[(?:(\w+)=)?([^\]]+)\]")


def change(document: Body, path: str, value: object) -> Body:
    """Return the document with another value at ``path``, or without it. Raises if nothing changes."""
    document = copy.deepcopy(document)
    node: Any = document if path.startswith(("data.", "output.")) else document["resource"]
    *steps, last = _STEP.findall(path)
    for step in steps:
        node = node[_find_key(node, *step)]
    key = _find_key(node, *last)
    if value is MISSING:
        del node[key]
    else:
        assert (isinstance(node, dict) and key not in node) or node[key] != value
        node[key] = value
    return document


def _find_key(node: Any, key: str, attribute: str, wanted: str) -> str | int:
    if attribute:
        return next(index for index, each in enumerate(node) if each[attribute] == wanted)
    return key or int(wanted)


def project_documents() -> dict[str, Body]:
    return {name: template_among(PROJECT, name).document for name in PROJECT}


def _shown(*parts: object) -> str:
    return "-".join("missing" if part is MISSING else str(part)[-40:] for part in parts)


def test_document_without_a_mistake_passes() -> None:
    assert assertions.violations(template(TEXT).document) == []


@pytest.mark.parametrize(
    ("check", "path", "value"),
    [
        pytest.param(check, path, value, id=_shown(check.__name__, path, value))
        for check, mistakes in MISTAKES.items()
        for path, value in mistakes
    ],
)
def test_mistake_violates_the_invariant(check: Invariant, path: str, value: object) -> None:
    assert list(check(change(template(TEXT).document, path, value)))


def test_parallel_releases_must_not_roll_back() -> None:
    document = template(TEXT).document
    for path, value in (
        (f"{PIPELINE}.execution_mode", "PARALLEL"),
        (f"{DEPLOYMENT}.on_failure", {"result": "ROLLBACK"}),
    ):
        assert not list(pipelines.conditions_are_valid(document))
        document = change(document, path, value)
    assert list(pipelines.conditions_are_valid(document))


@pytest.mark.parametrize("name", PROJECT)
def test_project_without_a_mistake_passes(name: str) -> None:
    assert assertions.violations(template_among(PROJECT, name).document) == []


def test_environments_without_a_mistake_pass_together() -> None:
    assert assertions.project_violations(project_documents()) == []


@pytest.mark.parametrize(
    ("check", "name", "path", "value"),
    [
        pytest.param(check, *mistake, id=_shown(check.__name__, *mistake))
        for check, mistakes in PROJECT_MISTAKES.items()
        for mistake in mistakes
    ],
)
def test_mistake_violates_the_invariant_of_a_project(
    check: ProjectInvariant, name: str, path: str, value: object
) -> None:
    documents = project_documents()
    assert list(check(documents | {name: change(documents[name], path, value)}))


def test_each_invariant_has_a_mistake() -> None:
    # What is published for another account is tried below.
    assert {*MISTAKES, contract.parameters_fill_the_templates} == {*INVARIANTS}
    assert PROJECT_MISTAKES.keys() == {*PROJECT_INVARIANTS}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("release-web_hooks", MISSING),
        ("release-web_hooks.name", "/shop/dev/web/release/HOOK"),
        ("release-web_container-environment.insecure_value", '[{"name":"X","value":"{{y}}"}]'),
        ("release-web_container-environment.insecure_value", "x" * 4097),
    ],
    ids=["missing", "other name", "braces", "long"],
)
def test_parameters_that_fill_no_template_are_noticed(path: str, value: object) -> None:
    document = change(template_among(PROJECT, "dev").document, f"aws_ssm_parameter.{path}", value)
    assert list(contract.parameters_fill_the_templates(document))
