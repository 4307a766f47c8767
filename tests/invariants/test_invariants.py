"""Each invariant can be violated: a document with one mistake in it, for each."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.invariants import assertions
from tests.invariants.assertions import (
    accounts,
    builds,
    contract,
    names,
    ownership,
    permissions,
    pipelines,
    references,
    releases,
    routes,
    tasks,
)
from tests.invariants.assertions.document import Among, Body, Invariant
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
    """An environment whose pipelines are in the tools account."""
    text = environment(service, top='pipelines_in = "tools"')
    return text.replace("123456789012", account)


# Two stages with a tools account: dev by CodeDeploy, and what it has released to prod by ECS.
PROJECT = {
    "tools": 'project = "shop"\nregion = "eu-west-1"\naccount = "999988887777"\n',
    "dev": stage("123456789012", ""),
    "prod": stage("123456789012", 'source "promotion" {\n environment = "dev"\n }\n release {\n engine = "ecs"\n }'),
}

MISSING = object()

WEB, API = (
    ("resource", "aws_ecs_service", "service-web_service"),
    ("resource", "aws_ecs_service", "service-api_service"),
)
GROUP = ("resource", "aws_codedeploy_deployment_group", "delivery-web_deployment_group")
BLUE_GREEN = (*GROUP, "blue_green_deployment_config")
CONFIG = ("resource", "aws_codedeploy_deployment_config", "delivery-web_deployment_config")
RULE = ("resource", "aws_lb_listener_rule", "service-web_rules_production")
TEST_RULE = ("resource", "aws_lb_listener_rule", "service-web_rules_test")
LISTENER = ("resource", "aws_lb_listener", "load-balancer_production-listener")
TEST_LISTENER = ("resource", "aws_lb_listener", "load-balancer_test-listener")
GREEN = ("resource", "aws_lb_target_group", "service-web_target-groups_green")
TASK = ("resource", "aws_ecs_task_definition", "service-web_task-definition")
BUILD = ("resource", "aws_codebuild_project", "delivery-web_build_project")
FUNCTION = ("resource", "aws_lambda_function", "service-web_smoke-test_function")
TARGET = ("resource", "aws_appautoscaling_target", "service-web_scaling_target")
ALARM = ("resource", "aws_cloudwatch_metric_alarm", "service-web_alarms_unhealthy-blue")
PIPELINE = ("resource", "aws_codepipeline", "delivery-web_pipeline")
OF_GITHUB = ("resource", "aws_codepipeline", "delivery-api_pipeline")
START = ("resource", "aws_cloudwatch_event_rule", "delivery-web_pipeline_start")
START_TARGET = ("resource", "aws_cloudwatch_event_target", "delivery-web_pipeline_start-target")
DOCUMENTS = ("data", "aws_iam_policy_document")
DEPLOYS = (*DOCUMENTS, "delivery-web_deployment_role_permissions", "statement")
TRUST = (*DOCUMENTS, "service-web_roles_task_trust", "statement", 0)
NO_GROUP = "${aws_lb_target_group.service-api_target-groups_blue.arn}"


def passing(statement: Body) -> bool:
    return "iam:PassRole" in statement["actions"]


def sid(name: str) -> Callable[[Body], bool]:
    return lambda statement: statement["sid"] == name


def variable(name: str) -> Callable[[Body], bool]:
    return lambda each: each["name"] == name


def named(name: str) -> Callable[[Body], bool]:
    return lambda stage: stage["name"] == name


TRIGGER = {"git_configuration": {"source_action_name": "Source", "push": [{}]}}
SOURCE = (*PIPELINE, "stage", named("Source"), "action", 0)
BUILDS = (*PIPELINE, "stage", named("Build"), "action", 0)
TESTS = (*PIPELINE, "stage", named("Test"), "action", 0)
DEPLOYMENT = (*PIPELINE, "stage", named("Deploy"))

# Where the mistake stands, and what stands there then; a function says which element of a list is meant.
Mistake = tuple[Invariant, tuple[Any, ...], object]

MISTAKES: tuple[Mistake, ...] = (
    (ownership.nothing_else_is_ignored, (*WEB, "lifecycle", "ignore_changes"), ["task_definition", "desired_count"]),
    (ownership.nothing_else_is_ignored, (*API, "lifecycle", "ignore_changes", 0), "load_balancer"),
    (ownership.nothing_else_is_ignored, (*RULE, "lifecycle"), MISSING),
    (ownership.nothing_else_is_ignored, (*LISTENER, "lifecycle"), {"ignore_changes": ["default_action"]}),
    (
        ownership.nothing_else_is_ignored,
        (*LISTENER, "default_action"),
        [{"type": "forward", "target_group_arn": NO_GROUP}],
    ),
    (ownership.nothing_else_is_ignored, (*TARGET, "lifecycle"), MISSING),
    (ownership.nothing_else_is_ignored, ("resource", "aws_appautoscaling_scheduled_action"), {}),
    (ownership.nothing_else_is_ignored, (*TASK, "lifecycle"), {"ignore_changes": ["cpu"]}),
    (releases.ready_options_agree, (*BLUE_GREEN, "deployment_ready_option", "wait_time_in_minutes"), MISSING),
    (
        releases.ready_options_agree,
        (*BLUE_GREEN, "deployment_ready_option", "action_on_timeout"),
        "CONTINUE_DEPLOYMENT",
    ),
    (
        releases.blue_goes_in_time,
        (*BLUE_GREEN, "terminate_blue_instances_on_deployment_success", "termination_wait_time_in_minutes"),
        2881,
    ),
    (releases.configurations_are_known, (*CONFIG, "compute_platform"), "Server"),
    (releases.configurations_are_known, (*CONFIG, "traffic_routing_config", "type"), "TimeBasedCanary"),
    (releases.configurations_are_known, (*CONFIG, "traffic_routing_config", "time_based_linear", "percentage"), 100),
    (releases.configurations_are_known, (*GROUP, "deployment_config_name"), "CodeDeployDefault.OneAtATime"),
    (releases.alarms_roll_back, (*GROUP, "alarm_configuration", "alarms"), []),
    (releases.alarms_roll_back, (*GROUP, "alarm_configuration", "alarms"), [str(number) for number in range(11)]),
    (releases.alarms_roll_back, (*GROUP, "auto_rollback_configuration", "events", 2), MISSING),
    (releases.alarms_roll_back, (*GROUP, "auto_rollback_configuration", "events", 0), MISSING),
    (releases.alarms_roll_back, (*API, "alarms", "rollback"), False),
    (
        releases.network_load_balancers_move_all_at_once,
        ("resource", "aws_lb", "load-balancer", "load_balancer_type"),
        "network",
    ),
    (releases.each_service_has_its_controller, (*WEB, "force_new_deployment"), True),
    (releases.each_service_has_its_controller, (*API, "deployment_configuration"), MISSING),
    (releases.each_service_has_its_controller, GROUP, MISSING),
    (releases.ecs_strategies_are_whole, (*API, "deployment_configuration", "strategy"), "LINEAR"),
    (releases.ecs_strategies_are_whole, (*API, "deployment_configuration", "bake_time_in_minutes"), "1441"),
    (
        releases.ecs_strategies_are_whole,
        (*API, "deployment_configuration", "canary_configuration", "canary_percent"),
        0,
    ),
    (releases.smoke_tests_have_time, (*FUNCTION, "timeout"), 901),
    (releases.smoke_tests_have_time, (*FUNCTION, "filename"), "elsewhere.zip"),
    (releases.builds_have_time, (*BUILD, "build_timeout"), 2161),
    (names.names_are_taken, (*GREEN, "name"), "a" * 33),
    (names.names_are_taken, (*GREEN, "name"), "web_green"),
    (names.names_are_taken, ("resource", "aws_s3_bucket", "access-logs_bucket", "bucket"), "Shop"),
    (names.names_differ, (*GREEN, "name"), "shop-test-web-blue"),
    (names.names_differ, (*ALARM, "alarm_name"), "shop-test-web-green-unhealthy"),
    (references.references_lead_somewhere, GREEN, MISSING),
    (references.references_lead_somewhere, (*WEB, "depends_on", 0), "aws_route.elsewhere"),
    (references.references_lead_somewhere, ("output", "url", "value"), "${aws_lb.other.dns_name}"),
    (references.references_lead_somewhere, (*FUNCTION, "description"), "of ${name}"),
    (references.nothing_waits_for_itself, (*GREEN, "depends_on"), ["aws_ecs_service.service-web_service"]),
    (tasks.sizes_are_fargates, (*TASK, "memory"), "4096"),
    (tasks.containers_are_whole, (*TASK, "container_definitions"), "[{]"),
    (tasks.containers_are_whole, (*WEB, "load_balancer", 0, "container_port"), 1),
    (tasks.containers_are_whole, (*TASK, "volume"), MISSING),
    (tasks.capacity_can_be_placed, (*WEB, "capacity_provider_strategy", 0, "weight"), 0),
    (tasks.build_variables_fit, (*BUILD, "environment", "environment_variable", 0, "value"), "x" * 4097),
    (tasks.build_variables_fit, (*BUILD, "environment", "environment_variable", 0, "name"), "VOLUMES"),
    (routes.pairs_stand_on_one_load_balancer, (*TEST_RULE, "action", 0, "target_group_arn"), NO_GROUP),
    (routes.pairs_stand_on_one_load_balancer, (*TEST_LISTENER, "load_balancer_arn"), "${aws_lb.other.arn}"),
    (routes.pairs_stand_on_one_load_balancer, (*API, "load_balancer", 0, "advanced_configuration"), MISSING),
    (
        routes.pairs_stand_on_one_load_balancer,
        (*WEB, "load_balancer", 0, "target_group_arn"),
        "${aws_lb_target_group.service-web_target-groups_green.arn}",
    ),
    (
        routes.listeners_lead_where_codedeploy_looks,
        (*RULE, "action", 0, "target_group_arn"),
        "${aws_lb_target_group.service-web_target-groups_green.arn}",
    ),
    (routes.priorities_differ, (*RULE, "priority"), 200),
    (routes.ports_differ, (*TEST_LISTENER, "port"), 80),
    (
        routes.tasks_are_let_in,
        ("resource", "aws_vpc_security_group_ingress_rule", "service-web_from-load-balancer"),
        MISSING,
    ),
    (
        routes.tasks_are_let_in,
        ("resource", "aws_vpc_security_group_egress_rule", "service-web_load-balancer-to-tasks", "to_port"),
        80,
    ),
    (permissions.policies_pass_every_check, (*DEPLOYS, passing, "resources"), ["*"]),
    (permissions.policies_pass_every_check, (*DEPLOYS, passing, "condition"), MISSING),
    (permissions.trust_is_narrow, (*TRUST, "condition"), MISSING),
    (permissions.trust_is_narrow, (*TRUST, "principals"), MISSING),
    (permissions.trust_is_narrow, (*TRUST, "condition", 0, "values"), ["210987654321"]),
    (permissions.policies_hold_no_empty_list, (*DEPLOYS, 0, "condition"), []),
    (permissions.policies_hold_no_empty_list, (*TRUST, "principals", 0, "identifiers"), []),
    (permissions.policies_pass_every_check, (*DEPLOYS, 0, "sid"), "PassRoles"),
    (contract.builds_carry_the_task, (*TASK, "cpu"), "512"),
    (contract.builds_carry_the_task, (*BUILD, "environment", "environment_variable", variable("VOLUMES")), MISSING),
    (
        contract.builds_carry_the_task,
        (*BUILD, "environment", "environment_variable", variable("STOP_TIMEOUT"), "value"),
        "31",
    ),
    (contract.builds_carry_the_placement, (*WEB, "platform_version"), "1.4.0"),
    (
        contract.builds_carry_the_placement,
        (*BUILD, "environment", "environment_variable", variable("SUBNETS"), "value"),
        '["a"]',
    ),
    (
        contract.builds_carry_the_placement,
        (*BUILD, "environment", "environment_variable", variable("HOOKS"), "value"),
        '[{"OnSunday": "arn"}]',
    ),
    (pipelines.one_thing_starts_each_pipeline, START_TARGET, MISSING),
    (pipelines.one_thing_starts_each_pipeline, (*START, "state"), "DISABLED"),
    (pipelines.one_thing_starts_each_pipeline, (*SOURCE, "configuration", "PollForSourceChanges"), "true"),
    (pipelines.one_thing_starts_each_pipeline, (*PIPELINE, "trigger"), [TRIGGER]),
    (pipelines.one_thing_starts_each_pipeline, (*OF_GITHUB, "trigger"), MISSING),
    (
        pipelines.one_thing_starts_each_pipeline,
        (*OF_GITHUB, "stage", 0, "action", 0, "configuration", "DetectChanges"),
        MISSING,
    ),
    (
        pipelines.one_thing_starts_each_pipeline,
        (*OF_GITHUB, "trigger", 0, "git_configuration", "source_action_name"),
        "Build",
    ),
    (
        pipelines.one_thing_starts_each_pipeline,
        (*START_TARGET, "arn"),
        "${aws_codepipeline.delivery-api_pipeline.arn}",
    ),
    (pipelines.rules_speak_of_the_source, (*SOURCE, "configuration", "S3ObjectKey"), "other.zip"),
    (pipelines.rules_speak_of_the_source, (*SOURCE, "configuration", "S3Bucket"), "elsewhere"),
    (
        pipelines.source_buckets_are_watched,
        ("resource", "aws_s3_bucket_notification", "delivery-web_source_bucket_events", "eventbridge"),
        False,
    ),
    (
        pipelines.source_buckets_are_watched,
        ("resource", "aws_s3_bucket_versioning", "delivery-web_source_bucket_versioning"),
        MISSING,
    ),
    (pipelines.artifacts_come_before_their_use, (*BUILDS, "output_artifacts"), ["image"]),
    (pipelines.artifacts_come_before_their_use, (*BUILDS, "output_artifacts"), ["build", "source"]),
    (pipelines.artifacts_come_before_their_use, (*TESTS, "configuration", "PrimarySource"), "image"),
    (pipelines.artifacts_come_before_their_use, (*TESTS, "configuration", "PrimarySource"), MISSING),
    (
        pipelines.artifacts_come_before_their_use,
        (*DEPLOYMENT, "action", 0, "configuration", "Image1ArtifactName"),
        "source",
    ),
    (pipelines.stages_are_taken, (*DEPLOYMENT, "name"), "Build"),
    (pipelines.stages_are_taken, (*BUILDS, "name"), "Build the image"),
    (pipelines.stages_are_taken, (*BUILDS, "category"), "Source"),
    (pipelines.conditions_are_taken, (*DEPLOYMENT, "before_entry"), {"condition": {"result": "FAIL", "rule": []}}),
    (pipelines.conditions_are_taken, (*DEPLOYMENT, "before_entry"), {"condition": {"rule": [{"name": "a"}] * 2}}),
    (pipelines.variables_are_of_earlier_actions, (*BUILDS, "namespace"), MISSING),
    (pipelines.variables_are_of_earlier_actions, (*BUILDS, "namespace"), "SourceVariables"),
    (pipelines.variables_are_of_earlier_actions, (*BUILDS, "namespace"), "build"),
    (
        pipelines.variables_are_of_earlier_actions,
        (*TESTS, "configuration", "EnvironmentVariables"),
        "#{SourceVariables.CommitId}",
    ),
    (pipelines.configurations_fit, (*TESTS, "configuration", "EnvironmentVariables"), "x" * 1001),
    (pipelines.configurations_fit, (*SOURCE, "configuration", "S3ObjectKey"), ""),
    (
        pipelines.pipelines_have_names_of_their_own,
        (*PIPELINE, "role_arn"),
        "${aws_iam_role.delivery-api_pipeline_role.arn}",
    ),
    (
        builds.builds_read_their_secrets,
        (*BUILD, "environment", "environment_variable", variable("TOKEN"), "type"),
        MISSING,
    ),
    (
        builds.builds_read_their_secrets,
        (*BUILD, "environment", "environment_variable", variable("LEVEL"), "value"),
        "/shop/other",
    ),
    (
        builds.builds_read_their_secrets,
        (*DOCUMENTS, "delivery-web_build_role_permissions", "statement", sid("ReadSecrets"), "resources"),
        ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:other-AbCdEf"],
    ),
    (
        builds.builds_read_their_secrets,
        (*DOCUMENTS, "delivery-web_build_role_permissions", "statement", sid("ReadParameters"), "resources"),
        ["arn:aws:ssm:eu-west-1:999988887777:parameter/shop/level"],
    ),
    (
        builds.registries_have_credentials_here,
        ("resource", "aws_ecr_pull_through_cache_rule", "pull-through-cache-docker-hub_rule", "credential_arn"),
        "arn:aws:secretsmanager:eu-west-1:999988887777:secret:ecr-pullthroughcache/hub-AbCdEf",
    ),
)

PARALLEL = [
    ((*PIPELINE, "execution_mode"), "PARALLEL"),
    ((*DEPLOYMENT, "on_failure"), {"result": "ROLLBACK"}),
]

# The same between environments, with the one whose document has the mistake.
FOR_DEV = ("resource", "aws_codepipeline", "for-dev_delivery-web_pipeline", "stage")
FOR_PROD = ("resource", "aws_codepipeline", "for-prod_delivery-web_pipeline", "stage")
DEV_DEPLOYS = (*FOR_DEV, named("Deploy"), "action", 0)
PROJECTS = ("resource", "aws_codebuild_project")
PREPARES = (*PROJECTS, "for-dev_delivery-web_prepare_project", "environment", "environment_variable")
ELSEWHERE = "arn:aws:iam::123456789012:role/shop-dev-web-other"

MISTAKES_AMONG: tuple[tuple[Among, str, tuple[Any, ...], object], ...] = (
    (accounts.roles_are_there, "tools", (*DEV_DEPLOYS, "role_arn"), ELSEWHERE),
    (accounts.roles_are_there, "dev", ("resource", "aws_iam_role", "release-web_role", "name"), "other"),
    (
        accounts.roles_are_there,
        "tools",
        (
            *DOCUMENTS,
            "key_permissions",
            "statement",
            sid("DecryptFromOtherAccounts"),
            "principals",
            0,
            "identifiers",
            0,
        ),
        "arn:aws:iam::111122223333:root",
    ),
    (
        accounts.actions_reach_the_service,
        "dev",
        ("resource", "aws_codedeploy_app", "release-web_deployment_application", "name"),
        "other",
    ),
    (accounts.actions_reach_the_service, "prod", ("resource", "aws_ecs_cluster", "cluster", "name"), "other"),
    (
        accounts.roles_of_other_accounts_are_let_in,
        "dev",
        (*DOCUMENTS, "release-web_trust", "statement", 0, "condition", 0, "values"),
        ["arn:aws:iam::999988887777:role/shop-dev-web-build"],
    ),
    (
        accounts.roles_of_other_accounts_are_let_in,
        "tools",
        (
            *DOCUMENTS,
            "for-dev_delivery-web_pipeline_role_permissions",
            "statement",
            sid("BecomeReleaseRole"),
            "resources",
        ),
        [ELSEWHERE],
    ),
    (
        accounts.roles_of_other_accounts_are_let_in,
        "tools",
        (
            *DOCUMENTS,
            "for-dev_delivery-web_artifacts_bucket_permissions",
            "statement",
            sid("ReadFromOtherAccounts"),
            "condition",
            0,
            "values",
        ),
        ["arn:aws:iam::123456789012:role/shop-dev-web-deploy"],
    ),
    (
        accounts.roles_of_other_accounts_are_let_in,
        "tools",
        (*DOCUMENTS, "key_permissions", "statement", sid("DecryptFromOtherAccounts")),
        MISSING,
    ),
    (
        accounts.roles_of_other_accounts_are_let_in,
        "dev",
        (*DOCUMENTS, "release-web_deployment_role_permissions", "statement", sid("ReadRevision"), "resources"),
        ["arn:aws:s3:::elsewhere/*"],
    ),
    (
        accounts.releases_are_handed_over,
        "tools",
        (*FOR_DEV, named("HandOver"), "action", 0, "configuration", "ObjectKey"),
        "other.zip",
    ),
    (
        accounts.releases_are_handed_over,
        "tools",
        (*FOR_PROD, 0, "action", 0, "configuration", "S3Bucket"),
        "shop-test-web-releases-999988887777",
    ),
    (accounts.releases_are_handed_over, "tools", ("resource", "aws_kms_alias", "key_alias", "name"), "alias/other"),
    (
        accounts.images_are_there,
        "tools",
        ("resource", "aws_ecr_repository", "for-dev_images-web_repository", "name"),
        "other",
    ),
    (
        accounts.images_are_there,
        "tools",
        (*DOCUMENTS, "for-dev_images-web_permissions", "statement", 0, "condition", 0, "values"),
        ["arn:aws:iam::123456789012:role/shop-dev-web-execution"],
    ),
    (accounts.parameters_are_found, "tools", (*PREPARES, variable("RELEASE_PARAMETERS"), "value"), "/shop/other"),
    (
        accounts.parameters_are_found,
        "dev",
        (*DOCUMENTS, "release-web_permissions", "statement", sid("ReadContract"), "resources"),
        ["arn:aws:ssm:eu-west-1:123456789012:parameter/other"],
    ),
    (
        accounts.names_differ_in_an_account,
        "prod",
        ("resource", "aws_ecs_cluster", "cluster", "name"),
        "shop-dev",
    ),
)


def changed(document: Body, path: tuple[Any, ...], value: object) -> Body:
    """The document with another value at ``path``, or without it. Raises when nothing is changed."""
    document = copy.deepcopy(document)
    node: Any = document
    *way, last = path
    for step in way:
        node = node[_index(node, step)]
    last = _index(node, last)
    if value is MISSING:
        del node[last]
    else:
        assert not (last in node if isinstance(node, dict) else True) or node[last] != value
        node[last] = value
    return document


def _index(node: Any, step: Any) -> Any:
    return next(index for index, each in enumerate(node) if step(each)) if callable(step) else step


def _named(mistakes: tuple[Mistake, ...]) -> Iterator[Any]:
    for invariant, path, value in mistakes:
        shown = "missing" if value is MISSING else str(value)[:20]
        steps = [step.__name__ if callable(step) else str(step) for step in path[-3:]]
        yield pytest.param(invariant, path, value, id=f"{invariant.__name__}-{'.'.join(steps)}-{shown}")


def test_nothing_is_wrong_without_a_mistake() -> None:
    assert assertions.violations(template(TEXT).document) == []


@pytest.mark.parametrize(("invariant", "path", "value"), [*_named(MISTAKES)])
def test_the_invariant_says_so(invariant: Invariant, path: tuple[Any, ...], value: object) -> None:
    assert list(invariant(changed(template(TEXT).document, path, value)))


@pytest.mark.parametrize("invariant", assertions.ALL, ids=lambda invariant: str(invariant.__name__))
def test_each_invariant_has_a_mistake_that_violates_it(invariant: Invariant) -> None:
    # What is published for another account is tried by the test of projects.
    assert any(invariant is each for each, _, _ in MISTAKES) or invariant is contract.parameters_fill_the_templates


def test_nothing_is_rolled_back_where_releases_are_parallel() -> None:
    document = template(TEXT).document
    for path, value in PARALLEL:
        assert not list(pipelines.conditions_are_taken(document))
        document = changed(document, path, value)
    assert list(pipelines.conditions_are_taken(document))


@pytest.mark.parametrize("name", PROJECT)
def test_nothing_is_wrong_in_a_project_without_a_mistake(name: str) -> None:
    assert assertions.violations(template_among(PROJECT, name).document) == []


def project_documents() -> dict[str, Body]:
    return {name: template_among(PROJECT, name).document for name in PROJECT}


def test_nothing_is_wrong_between_environments_without_a_mistake() -> None:
    assert assertions.violations_among(project_documents()) == []


@pytest.mark.parametrize(
    ("invariant", "name", "path", "value"),
    [pytest.param(*each, id=f"{each[0].__name__}-{number}") for number, each in enumerate(MISTAKES_AMONG)],
)
def test_the_invariant_says_so_of_a_project(invariant: Among, name: str, path: tuple[Any, ...], value: object) -> None:
    documents = project_documents()
    assert list(invariant(documents | {name: changed(documents[name], path, value)}))


@pytest.mark.parametrize("invariant", assertions.AMONG, ids=lambda invariant: str(invariant.__name__))
def test_each_invariant_of_a_project_has_a_mistake_that_violates_it(invariant: Among) -> None:
    assert any(invariant is each for each, *_ in MISTAKES_AMONG)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("release-web_hooks",), MISSING),
        (("release-web_hooks", "name"), "/shop/dev/web/release/HOOK"),
        (("release-web_container-environment", "insecure_value"), '[{"name":"X","value":"{{y}}"}]'),
        (("release-web_container-environment", "insecure_value"), "x" * 4097),
    ],
    ids=["missing", "other name", "braces", "long"],
)
def test_parameters_that_fill_no_template_are_noticed(path: tuple[Any, ...], value: object) -> None:
    document = changed(template_among(PROJECT, "dev").document, ("resource", "aws_ssm_parameter", *path), value)
    assert list(contract.parameters_fill_the_templates(document))
