"""The deployment controller ECS: its arguments in the service, and the roles that it needs to the end."""

from typing import Any

import pytest

from tests.support import Template, environment, template

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:look"
OTHER = "arn:aws:lambda:eu-west-1:123456789012:function:listen:live"
NO_ALARMS = "alarms {\n unhealthy_targets = 0\n errors_percent = 0\n latency_milliseconds = 0\n}"


def release(*lines: str, load_balancer: str = 'protocol = "http"') -> Template:
    text = "\n".join(("release {", 'engine = "ecs"', *lines, "}"))
    return template(environment(service=text, load_balancer=load_balancer))


def service(generated: Template) -> dict[str, Any]:
    return generated.only("aws_ecs_service")


def test_ecs_is_its_own_controller_and_nothing_of_codedeploy_is_there() -> None:
    generated = release()
    assert service(generated)["deployment_controller"] == {"type": "ECS"}
    assert not any(kind.startswith("aws_codedeploy") for kind in generated.document["resource"])


@pytest.mark.parametrize(
    ("lines", "configuration", "minutes"),
    [
        pytest.param(
            ('strategy = "all_at_once"', "keep_blue_minutes = 0"),
            {"strategy": "BLUE_GREEN", "bake_time_in_minutes": "0"},
            20,
            id="all at once",
        ),
        pytest.param(
            ('strategy = "canary"', "percent = 20", "interval_minutes = 7", "keep_blue_minutes = 30"),
            {
                "strategy": "CANARY",
                "bake_time_in_minutes": "30",
                "canary_configuration": {"canary_percent": 20, "canary_bake_time_in_minutes": "7"},
            },
            57,
            id="canary",
        ),
        pytest.param(
            ('strategy = "linear"', "percent = 25", "interval_minutes = 3", "keep_blue_minutes = 1440"),
            {
                "strategy": "LINEAR",
                "bake_time_in_minutes": "1440",
                "linear_configuration": {"step_percent": 25, "step_bake_time_in_minutes": "3"},
            },
            1469,
            id="linear",
        ),
        pytest.param(
            ('strategy = "linear"', "percent = 30", "interval_minutes = 10", "keep_blue_minutes = 15"),
            {
                "strategy": "LINEAR",
                "bake_time_in_minutes": "15",
                "linear_configuration": {"step_percent": 30, "step_bake_time_in_minutes": "10"},
            },
            65,
            id="linear with a smaller last step",
        ),
    ],
)
def test_each_strategy_has_its_own_block_and_a_destroy_waits_for_its_releases(
    lines: tuple[str, ...], configuration: dict[str, object], minutes: int
) -> None:
    """The delete timeout is all waits of a release, and the provider's own 20 minutes."""
    generated = service(release(*lines))
    assert generated["deployment_configuration"] == configuration
    assert generated["timeouts"] == {"delete": f"{minutes}m"}


@pytest.mark.parametrize(
    ("load_balancer", "routes"),
    [
        pytest.param(
            'protocol = "http"',
            {
                "production_listener_rule": "${aws_lb_listener_rule.service-web_rules_production.arn}",
                "test_listener_rule": "${aws_lb_listener_rule.service-web_rules_test.arn}",
            },
            id="rules",
        ),
        pytest.param(
            'protocol = "http"\n  test_listener = false',
            {"production_listener_rule": "${aws_lb_listener_rule.service-web_rules_production.arn}"},
            id="no test listener",
        ),
        pytest.param(
            'type = "network"\n  protocol = "http"',
            {
                "production_listener_rule": "${aws_lb_listener.service-web_listeners_production.arn}",
                "test_listener_rule": "${aws_lb_listener.service-web_listeners_test.arn}",
            },
            id="listeners of a network load balancer",
        ),
    ],
)
def test_ecs_moves_traffic_between_the_groups_by_the_routes(load_balancer: str, routes: dict[str, str]) -> None:
    (balancer,) = service(release(load_balancer=load_balancer))["load_balancer"]
    assert balancer["target_group_arn"] == "${aws_lb_target_group.service-web_target-groups_blue.arn}"
    assert balancer["advanced_configuration"] == {
        "alternate_target_group_arn": "${aws_lb_target_group.service-web_target-groups_green.arn}",
        "role_arn": "${aws_iam_role.service-web_blue-green_infrastructure_role.arn}",
        **routes,
    }


def test_terraform_ignores_exactly_what_releases_and_autoscaling_change() -> None:
    assert service(release())["lifecycle"] == {"ignore_changes": ["task_definition", "desired_count"]}


def test_a_change_of_capacity_does_not_replace_the_service() -> None:
    assert service(release())["force_new_deployment"] is True
    assert "force_new_deployment" not in service(template(environment()))


def test_a_failed_release_is_rolled_back() -> None:
    assert service(release())["deployment_circuit_breaker"] == {"enable": True, "rollback": True}


def test_alarms_roll_back_where_there_are_any() -> None:
    alarms = service(release())["alarms"]
    assert (alarms["enable"], alarms["rollback"]) == (True, True)
    assert alarms["alarm_names"] == [
        f"${{aws_cloudwatch_metric_alarm.service-web_alarms_{kind}-{colour}.alarm_name}}"
        for kind in ("unhealthy", "errors", "latency")
        for colour in ("blue", "green")
    ]
    assert "alarms" not in service(release(NO_ALARMS))


def test_the_infrastructure_role_is_for_ecs_alone_and_its_policy_stays_until_the_service_is_gone() -> None:
    generated = release()
    trust = generated.statements("service-web_blue-green_infrastructure_trust")["Trust"]
    assert trust["principals"] == [{"type": "Service", "identifiers": ["ecs.amazonaws.com"]}]
    # AWS documents no condition that ECS would meet.
    assert "condition" not in trust
    attachment = generated.only("aws_iam_role_policy_attachment")
    assert attachment["role"] == "${aws_iam_role.service-web_blue-green_infrastructure_role.name}"
    assert attachment["policy_arn"] == "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
    needed = "aws_iam_role_policy_attachment.service-web_blue-green_infrastructure-policy"
    assert needed in service(generated)["depends_on"]


def test_the_policy_is_that_of_the_partition() -> None:
    china = environment(service='release { engine = "ecs" }').replace("eu-west-1", "cn-north-1")
    attachment = template(china).only("aws_iam_role_policy_attachment")
    assert attachment["policy_arn"].startswith("arn:aws-cn:iam::aws:policy/")


def test_a_hook_is_at_its_stage_and_ecs_may_call_the_given_functions_alone() -> None:
    hooks = f'hooks {{\n pre_scale_up = "{FUNCTION}"\n production_traffic_shift = "{OTHER}"\n}}'
    generated = release(hooks)
    role = "${aws_iam_role.service-web_blue-green_hooks_role.arn}"
    assert service(generated)["deployment_configuration"]["lifecycle_hook"] == [
        {"hook_target_arn": FUNCTION, "role_arn": role, "lifecycle_stages": ["PRE_SCALE_UP"]},
        {"hook_target_arn": OTHER, "role_arn": role, "lifecycle_stages": ["PRODUCTION_TRAFFIC_SHIFT"]},
    ]
    assert generated.statements("service-web_blue-green_hooks_permissions")["CallHooks"] == {
        "sid": "CallHooks",
        "effect": "Allow",
        "actions": ["lambda:InvokeFunction"],
        "resources": [OTHER, FUNCTION],
    }
    trust = generated.statements("service-web_blue-green_hooks_trust")["Trust"]
    assert trust["principals"] == [{"type": "Service", "identifiers": ["ecs.amazonaws.com"]}]
    assert "aws_iam_role_policy.service-web_blue-green_hooks_policy" in service(generated)["depends_on"]
    project = generated.resources("aws_codebuild_project")["delivery-web_build_project"]
    variables = {each["name"]: each["value"] for each in project["environment"]["environment_variable"]}
    assert variables["HOOKS"] == "[]"  # they are not CodeDeploy's


def test_without_hooks_there_is_no_role_for_them() -> None:
    generated = release()
    assert "lifecycle_hook" not in service(generated)["deployment_configuration"]
    assert not any("hooks" in name for name in generated.resources("aws_iam_role"))


def test_the_smoke_test_and_a_hook_can_have_the_same_stage() -> None:
    generated = release("smoke_test {}", f'hooks {{ post_test_traffic_shift = "{FUNCTION}" }}')
    hooks = service(generated)["deployment_configuration"]["lifecycle_hook"]
    assert {(hook["hook_target_arn"], *hook["lifecycle_stages"]) for hook in hooks} == {
        (FUNCTION, "POST_TEST_TRAFFIC_SHIFT"),
        ("${aws_lambda_function.service-web_smoke-test_function.arn}", "POST_TEST_TRAFFIC_SHIFT"),
    }
