"""How CodeDeploy moves a service from blue to green, when it goes back, and what it may do for that."""

from typing import Any

import pytest

from tests.support import Template, environment, template

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:look"
OTHER = "arn:aws:lambda:eu-west-1:123456789012:function:listen:live"
KEY = "${aws_kms_key.key.arn}"
NO_ALARMS = "alarms {\n unhealthy_targets = 0\n errors_percent = 0\n latency_milliseconds = 0\n}"
ROLE = "delivery-web_deployment_role"


def release(*lines: str, load_balancer: str = 'protocol = "http"') -> Template:
    text = "\n".join(("release {", *lines, "}"))
    return template(environment(service=text, load_balancer=load_balancer))


def group(generated: Template) -> dict[str, Any]:
    return generated.only("aws_codedeploy_deployment_group")


def statements(generated: Template) -> dict[str, dict[str, Any]]:
    return generated.statements(f"{ROLE}_permissions")


@pytest.mark.parametrize(
    ("lines", "config"),
    [
        (('strategy = "all_at_once"',), "CodeDeployDefault.ECSAllAtOnce"),
        ((), "CodeDeployDefault.ECSCanary10Percent5Minutes"),
        (("interval_minutes = 15",), "CodeDeployDefault.ECSCanary10Percent15Minutes"),
        (('strategy = "linear"', "interval_minutes = 1"), "CodeDeployDefault.ECSLinear10PercentEvery1Minutes"),
        (('strategy = "linear"', "interval_minutes = 3"), "CodeDeployDefault.ECSLinear10PercentEvery3Minutes"),
    ],
)
def test_what_aws_has_ready_is_used(lines: tuple[str, ...], config: str) -> None:
    generated = release(*lines)
    assert group(generated)["deployment_config_name"] == config
    assert generated.resources("aws_codedeploy_deployment_config") == {}
    # The pipeline may look at this one and at no other.
    resources = generated.statements("delivery-web_pipeline_role_permissions")["Deploy"]["resources"]
    assert resources[-1] == f"arn:aws:codedeploy:eu-west-1:123456789012:deploymentconfig:{config}"


@pytest.mark.parametrize(
    ("strategy", "kind", "block"),
    [("canary", "TimeBasedCanary", "time_based_canary"), ("linear", "TimeBasedLinear", "time_based_linear")],
)
def test_any_other_pace_gets_a_configuration_of_its_own(strategy: str, kind: str, block: str) -> None:
    generated = release(f'strategy = "{strategy}"', "percent = 20", "interval_minutes = 7")
    config = generated.only("aws_codedeploy_deployment_config")
    assert config["traffic_routing_config"] == {"type": kind, block: {"percentage": 20, "interval": 7}}
    assert config["compute_platform"] == "ECS"
    # One that is in use cannot be deleted: the name says the pace, and the new one comes before the old one goes.
    assert config["lifecycle"] == {"create_before_destroy": True}
    assert config["deployment_config_name"] == f"shop-test-web-{strategy}-20-percent-7-minutes"
    assert group(generated)["deployment_config_name"] == (
        "${aws_codedeploy_deployment_config.delivery-web_deployment_config.deployment_config_name}"
    )


def test_the_deployment_is_blue_green_with_traffic_control() -> None:
    body = group(release())
    assert body["deployment_style"] == {"deployment_type": "BLUE_GREEN", "deployment_option": "WITH_TRAFFIC_CONTROL"}
    assert body["ecs_service"] == {
        "cluster_name": "${aws_ecs_cluster.cluster.name}",
        "service_name": "${aws_ecs_service.service-web_service.name}",
    }
    assert body["depends_on"] == [f"aws_iam_role_policy.{ROLE}_policy"]


@pytest.mark.parametrize(
    ("hold", "option"),
    [
        # AWS refuses a wait beside CONTINUE_DEPLOYMENT, and STOP_DEPLOYMENT without one.
        (0, {"action_on_timeout": "CONTINUE_DEPLOYMENT"}),
        (1, {"action_on_timeout": "STOP_DEPLOYMENT", "wait_time_in_minutes": 1}),
        (2880, {"action_on_timeout": "STOP_DEPLOYMENT", "wait_time_in_minutes": 2880}),
    ],
)
def test_traffic_moves_at_once_or_when_somebody_says_so_in_time(hold: int, option: dict[str, object]) -> None:
    config = group(release(f"hold_minutes = {hold}"))["blue_green_deployment_config"]
    assert config["deployment_ready_option"] == option


@pytest.mark.parametrize("minutes", [0, 90])
def test_blue_is_kept_as_long_as_it_is_set(minutes: int) -> None:
    config = group(release(f"keep_blue_minutes = {minutes}"))["blue_green_deployment_config"]
    assert config["terminate_blue_instances_on_deployment_success"] == {
        "action": "TERMINATE",
        "termination_wait_time_in_minutes": minutes,
    }


def test_it_goes_back_on_failure_on_request_and_on_alarms() -> None:
    generated = release()
    assert group(generated)["auto_rollback_configuration"] == {
        "enabled": True,
        "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST", "DEPLOYMENT_STOP_ON_ALARM"],
    }
    assert group(generated)["alarm_configuration"] == {
        "enabled": True,
        "alarms": [
            f"${{aws_cloudwatch_metric_alarm.service-web_alarms_{kind}-{colour}.alarm_name}}"
            for kind in ("unhealthy", "errors", "latency")
            for colour in ("blue", "green")
        ],
    }
    looking = statements(generated)["LookAtAlarms"]
    assert (looking["actions"], looking["resources"]) == (
        ["cloudwatch:DescribeAlarms"],
        ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*"],
    )


def test_without_alarms_it_neither_looks_at_any_nor_goes_back_for_one() -> None:
    generated = release(NO_ALARMS)
    assert group(generated)["auto_rollback_configuration"]["events"] == [
        "DEPLOYMENT_FAILURE",
        "DEPLOYMENT_STOP_ON_REQUEST",
    ]
    assert "alarm_configuration" not in group(generated)
    assert "LookAtAlarms" not in statements(generated)


def test_production_and_test_traffic_pass_through_their_listeners_to_one_of_two_groups() -> None:
    pair = group(release())["load_balancer_info"]["target_group_pair_info"]
    assert pair == {
        "prod_traffic_route": {"listener_arns": ["${aws_lb_listener.load-balancer_production-listener.arn}"]},
        "test_traffic_route": {"listener_arns": ["${aws_lb_listener.load-balancer_test-listener.arn}"]},
        "target_group": [
            {"name": "${aws_lb_target_group.service-web_target-groups_blue.name}"},
            {"name": "${aws_lb_target_group.service-web_target-groups_green.name}"},
        ],
    }


def test_without_a_test_listener_there_is_no_route_for_test_traffic() -> None:
    generated = release(load_balancer='protocol = "http"\n  test_listener = false')
    assert set(group(generated)["load_balancer_info"]["target_group_pair_info"]) == {
        "prod_traffic_route",
        "target_group",
    }
    assert statements(generated)["MoveTraffic"]["resources"] == [
        "${aws_lb_listener.load-balancer_production-listener.arn}",
        "${aws_lb_listener_rule.service-web_rules_production.arn}",
    ]


def test_hooks_are_called_by_codedeploys_names_and_no_other_function_may_be() -> None:
    hooks = f'hooks {{\n before_install = "{FUNCTION}"\n after_allow_traffic = "{OTHER}"\n}}'
    generated = release(hooks)
    project = generated.only("aws_codebuild_project")
    variables = {each["name"]: each["value"] for each in project["environment"]["environment_variable"]}
    assert variables["HOOKS"] == f'[{{"BeforeInstall":"{FUNCTION}"}},{{"AfterAllowTraffic":"{OTHER}"}}]'
    assert statements(generated)["CallHooks"] == {
        "sid": "CallHooks",
        "effect": "Allow",
        "actions": ["lambda:InvokeFunction"],
        "resources": [OTHER, FUNCTION],
    }
    assert "CallHooks" not in statements(release())


def test_codedeploy_moves_this_services_tasks_and_traffic_only() -> None:
    found = statements(release())
    assert found["MoveTaskSets"]["resources"] == [
        "arn:aws:ecs:eu-west-1:123456789012:service/shop-test/shop-test-web",
        "arn:aws:ecs:eu-west-1:123456789012:task-set/shop-test/shop-test-web/*",
    ]
    assert found["MoveTraffic"]["resources"] == [
        "${aws_lb_listener.load-balancer_production-listener.arn}",
        "${aws_lb_listener_rule.service-web_rules_production.arn}",
        "${aws_lb_listener.load-balancer_test-listener.arn}",
        "${aws_lb_listener_rule.service-web_rules_test.arn}",
    ]
    create = found["CreateTaskSets"]
    assert create["actions"] == ["ecs:CreateTaskSet"]
    assert {each["variable"]: each["values"] for each in create["condition"]} == {
        "ecs:cluster": ["arn:aws:ecs:eu-west-1:123456789012:cluster/shop-test"],
        "ecs:service": ["arn:aws:ecs:eu-west-1:123456789012:service/shop-test/shop-test-web"],
    }
    assert found["DecryptRevision"]["resources"] == [KEY]
    unconditional = [body for body in found.values() if "*" in body["resources"] and "condition" not in body]
    actions = {action for body in unconditional for action in body["actions"]}
    assert actions == {
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeRules",
        "elasticloadbalancing:DescribeTargetGroups",
    }


def test_the_deploy_action_finds_the_files_of_the_release_contract() -> None:
    *_, last = release().only("aws_codepipeline")["stage"]
    (deploy,) = last["action"]
    assert (deploy["category"], deploy["provider"], deploy["version"]) == ("Deploy", "CodeDeployToECS", "1")
    assert deploy["configuration"] == {
        "ApplicationName": "${aws_codedeploy_deployment_group.delivery-web_deployment_group.app_name}",
        "DeploymentGroupName": "${aws_codedeploy_deployment_group.delivery-web_deployment_group.deployment_group_name}",
        "TaskDefinitionTemplateArtifact": "build",
        "TaskDefinitionTemplatePath": "taskdef.json",
        "AppSpecTemplateArtifact": "build",
        "AppSpecTemplatePath": "appspec.yml",
        "Image1ArtifactName": "build",
        "Image1ContainerName": "IMAGE1_NAME",
    }
