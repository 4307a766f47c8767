"""A service in ECS: what Terraform manages once it runs, its network, and its cluster."""

import pytest

from tealform.service.ignored_changes import OWNED_BY_AUTOSCALING, OWNED_BY_CONTROLLER
from tests.support import Template, environment, template


def web(text: str = "", top: str = "") -> Template:
    return template(environment(service=text, top=top))


def test_codedeploy_and_autoscaling_own_what_terraform_ignores_and_nothing_else() -> None:
    service = web().only("aws_ecs_service")
    assert service["deployment_controller"] == {"type": "CODE_DEPLOY"}
    # Written out once outside of the product, which takes both the arguments and their checks from one table.
    owned = {
        "task_definition",
        "load_balancer",
        "network_configuration",
        "platform_version",
        "capacity_provider_strategy",
        "desired_count",
    }
    assert owned == {*OWNED_BY_CONTROLLER["codedeploy"], *OWNED_BY_AUTOSCALING}
    assert set(service["lifecycle"]["ignore_changes"]) == owned


def test_the_service_waits_for_what_its_tasks_need_and_is_destroyed_before() -> None:
    assert set(web().only("aws_ecs_service")["depends_on"]) == {
        "aws_lb_listener_rule.service-web_rules_production",
        "aws_lb_listener_rule.service-web_rules_test",
        "aws_cloudwatch_log_group.service-web_logs_group",
        "aws_ecs_cluster_capacity_providers.cluster_capacity-providers",
        "aws_iam_role_policy.service-web_roles_execution_policy",
        "aws_vpc_security_group_ingress_rule.service-web_from-load-balancer",
        "aws_vpc_security_group_egress_rule.service-web_load-balancer-to-tasks",
        "aws_vpc_security_group_egress_rule.service-web_egress-443",
        "aws_route.network_vpc_public-internet",
        "aws_route.network_vpc_private-a-internet",
        "aws_route.network_vpc_private-b-internet",
        "aws_vpc_endpoint.network_endpoints_s3",
    }


def test_tasks_run_in_private_subnets_without_public_addresses() -> None:
    network = web().only("aws_ecs_service")["network_configuration"]
    assert network["assign_public_ip"] is False
    assert network["subnets"] == ["${aws_subnet.network_vpc_private-a.id}", "${aws_subnet.network_vpc_private-b.id}"]


def test_codedeploy_gets_a_service_without_arguments_of_the_engine_ecs() -> None:
    service = web().only("aws_ecs_service")
    assert not {"deployment_configuration", "deployment_circuit_breaker", "alarms", "timeouts"} & set(service)
    assert not any("blue-green" in name for name in web().resources("aws_iam_role"))
    assert web().resources("aws_iam_role_policy_attachment") == {}


def test_only_the_load_balancer_reaches_tasks_and_only_on_their_port() -> None:
    rules = web().resources("aws_vpc_security_group_ingress_rule")
    (rule,) = (
        body
        for body in rules.values()
        if body["security_group_id"] == "${aws_security_group.service-web_security-group.id}"
    )
    assert rule["referenced_security_group_id"] == "${aws_security_group.load-balancer_security-group.id}"
    assert (rule["from_port"], rule["to_port"]) == (8080, 8080)


@pytest.mark.parametrize(
    ("text", "ports"), [("", {443}), ("egress_ports = [443, 5432]", {443, 5432})], ids=["default", "set"]
)
def test_tasks_connect_out_to_the_ports_that_are_named(text: str, ports: set[int]) -> None:
    rules = web(text).resources("aws_vpc_security_group_egress_rule").values()
    assert {rule["from_port"] for rule in rules if "cidr_ipv4" in rule} == ports


def test_the_cluster_has_container_insights_and_both_kinds_of_fargate() -> None:
    assert web().only("aws_ecs_cluster")["setting"] == [{"name": "containerInsights", "value": "enabled"}]
    assert web().only("aws_ecs_cluster_capacity_providers")["capacity_providers"] == ["FARGATE", "FARGATE_SPOT"]


@pytest.mark.parametrize(
    ("text", "strategy"),
    [
        ("", [("FARGATE", 0, 1)]),
        ("capacity = { base = 2, on_demand = 1, spot = 3 }", [("FARGATE", 2, 1), ("FARGATE_SPOT", 0, 3)]),
        ("capacity = { on_demand = 0, spot = 1 }", [("FARGATE_SPOT", 0, 1)]),
    ],
)
def test_tasks_divide_between_on_demand_and_spot(text: str, strategy: list[tuple[str, int, int]]) -> None:
    providers = web(text).only("aws_ecs_service")["capacity_provider_strategy"]
    assert [(each["capacity_provider"], each["base"], each["weight"]) for each in providers] == strategy


@pytest.mark.parametrize("top", ["", "disposable = true"], ids=["kept", "disposable"])
def test_a_release_in_progress_does_not_prevent_a_destroy(top: str) -> None:
    assert web(top=top).only("aws_ecs_service")["force_delete"] is True


def test_ecs_exec_sessions_are_recorded_and_encrypted() -> None:
    exec_configuration = web().only("aws_ecs_cluster")["configuration"]["execute_command_configuration"]
    assert exec_configuration["kms_key_id"] == "${aws_kms_key.key.arn}"
    assert exec_configuration["logging"] == "OVERRIDE"
    assert exec_configuration["log_configuration"] == {
        "cloud_watch_encryption_enabled": True,
        "cloud_watch_log_group_name": "${aws_cloudwatch_log_group.cluster_exec-logs_group.name}",
    }
