"""A service: what it may, what it is told, and what Terraform leaves to others once it runs."""

import json
from typing import Any

import pytest

from tests.support import Template, environment, template

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf"
PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/token"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/0f4b2c1d"


def web(text: str = "", top: str = "", port: int = 8080) -> Template:
    return template(environment(service=text, top=top, port=port))


def container(generated: Template) -> dict[str, Any]:
    (definition,) = json.loads(generated.only("aws_ecs_task_definition")["container_definitions"])
    assert isinstance(definition, dict)
    return definition


def test_codedeploy_and_autoscaling_own_what_terraform_ignores_and_nothing_else() -> None:
    service = web().only("aws_ecs_service")
    assert service["deployment_controller"] == {"type": "CODE_DEPLOY"}
    assert set(service["lifecycle"]["ignore_changes"]) == {
        "task_definition",
        "load_balancer",
        "network_configuration",
        "platform_version",
        "capacity_provider_strategy",
        "desired_count",
    }


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
    assert network["subnets"] == [
        "${aws_subnet.network_vpc_private-a.id}",
        "${aws_subnet.network_vpc_private-b.id}",
    ]


def test_codedeploy_gets_a_service_of_its_own_kind_without_anything_of_the_engine_ecs() -> None:
    service = web().only("aws_ecs_service")
    for of_ecs in ("deployment_configuration", "deployment_circuit_breaker", "alarms", "timeouts"):
        assert of_ecs not in service
    assert not any("blue-green" in name for name in web().resources("aws_iam_role"))
    assert web().resources("aws_iam_role_policy_attachment") == {}


def test_tasks_register_with_blue_first() -> None:
    generated = web()
    assert generated.named("aws_lb_target_group", "blue")["name"] == "shop-test-web-blue"
    assert generated.named("aws_lb_target_group", "green")["name"] == "shop-test-web-green"
    assert generated.only("aws_ecs_service")["load_balancer"] == [
        {
            "container_name": "web",
            "container_port": 8080,
            "target_group_arn": "${aws_lb_target_group.service-web_target-groups_blue.arn}",
        }
    ]


def test_another_port_does_not_replace_the_target_groups() -> None:
    for colour in ("blue", "green"):
        groups = [web(port=port).named("aws_lb_target_group", colour)["port"] for port in (8080, 9090)]
        assert groups[0] == groups[1]
    (listening,) = container(web(port=9090))["portMappings"]
    assert (listening["containerPort"], listening["hostPort"]) == (9090, 9090)


def test_both_colours_are_checked_alike() -> None:
    text = (
        'health_check {\n path = "/well"\n status = "200-204"\n interval = 30\n timeout = 10\n healthy = 3\n'
        " unhealthy = 4\n grace = 90\n}\n deregistration_delay = 5"
    )
    for colour in ("blue", "green"):
        group = web(text).named("aws_lb_target_group", colour)
        assert (group["target_type"], group["deregistration_delay"]) == ("ip", "5")
        assert group["health_check"] == {
            "path": "/well",
            "matcher": "200-204",
            "interval": 30,
            "timeout": 10,
            "healthy_threshold": 3,
            "unhealthy_threshold": 4,
            "protocol": "HTTP",
            "port": "traffic-port",
        }
        assert group["protocol"] == "HTTP"
    assert web(text).only("aws_ecs_service")["health_check_grace_period_seconds"] == 90


def test_only_the_load_balancer_reaches_tasks_and_only_on_their_port() -> None:
    rules = web().resources("aws_vpc_security_group_ingress_rule")
    (rule,) = (
        body
        for body in rules.values()
        if body["security_group_id"] == "${aws_security_group.service-web_security-group.id}"
    )
    assert rule["referenced_security_group_id"] == "${aws_security_group.load-balancer_security-group.id}"
    assert (rule["from_port"], rule["to_port"]) == (8080, 8080)


def test_tasks_connect_out_to_the_ports_that_are_named() -> None:
    def ports(generated: Template) -> set[int]:
        rules = generated.resources("aws_vpc_security_group_egress_rule").values()
        return {rule["from_port"] for rule in rules if "cidr_ipv4" in rule}

    assert ports(web()) == {443}
    assert ports(web("egress_ports = [443, 5432]")) == {443, 5432}


def test_the_container_is_closed_and_logs() -> None:
    definition = container(web())
    assert definition["readonlyRootFilesystem"] is True
    assert "privileged" not in definition
    assert definition["logConfiguration"] == {
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": "/shop/test/web",
            "awslogs-region": "eu-west-1",
            "awslogs-stream-prefix": "web",
        },
    }
    group = web().named("aws_cloudwatch_log_group", "service-web_logs_group")
    assert (group["name"], group["retention_in_days"]) == ("/shop/test/web", 365)
    assert group["kms_key_id"] == "${aws_kms_key.key.arn}"
    assert group["depends_on"] == ["aws_kms_key_policy.key_policy"]


def test_a_container_gets_the_time_it_is_given_to_stop() -> None:
    assert container(web())["stopTimeout"] == 30
    assert container(web("stop_timeout = 90"))["stopTimeout"] == 90


def test_the_root_can_be_made_writable_and_single_folders_too() -> None:
    assert container(web("read_only_root_filesystem = false"))["readonlyRootFilesystem"] is False
    folders = web('writable_paths = ["/tmp", "/var/cache/app"]')
    assert container(folders)["mountPoints"] == [
        {"sourceVolume": "writable-1", "containerPath": "/tmp", "readOnly": False},
        {"sourceVolume": "writable-2", "containerPath": "/var/cache/app", "readOnly": False},
    ]
    assert folders.only("aws_ecs_task_definition")["volume"] == [{"name": "writable-1"}, {"name": "writable-2"}]
    assert "volume" not in web().only("aws_ecs_task_definition")


def test_variables_are_plain_and_secrets_only_referenced() -> None:
    definition = container(web(f'environment = {{ B = "2", A = "1" }}\n secrets = {{ DB = "{SECRET}" }}'))
    assert definition["environment"] == [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    assert definition["secrets"] == [{"name": "DB", "valueFrom": SECRET}]


def test_the_size_and_processor_are_those_of_the_settings() -> None:
    definition = web('cpu = 1024\n memory = 4096\n architecture = "arm64"').only("aws_ecs_task_definition")
    assert (definition["cpu"], definition["memory"]) == ("1024", "4096")
    assert definition["runtime_platform"] == {"cpu_architecture": "ARM64", "operating_system_family": "LINUX"}
    assert definition["requires_compatibilities"] == ["FARGATE"]
    assert definition["network_mode"] == "awsvpc"
    default = web().only("aws_ecs_task_definition")
    assert default["runtime_platform"]["cpu_architecture"] == "X86_64"


def test_the_execution_role_may_pull_one_repository_log_and_nothing_more() -> None:
    statements = web().statements("service-web_roles_execution_permissions")
    assert {sid: body["resources"] for sid, body in statements.items()} == {
        "PullImages": ["arn:aws:ecr:eu-west-1:123456789012:repository/shop-test-web"],
        "LoginToEcr": ["*"],
        "WriteLogs": ["arn:aws:logs:eu-west-1:123456789012:log-group:/shop/test/web:*"],
    }
    assert statements["LoginToEcr"]["actions"] == ["ecr:GetAuthorizationToken"]


def test_the_execution_role_may_read_exactly_the_secrets_that_are_set() -> None:
    statements = web(
        f'secrets = {{ A = "{SECRET}:key::", B = "{SECRET}", C = "{PARAMETER}" }}\n secrets_kms_keys = ["{KEY}"]'
    ).statements("service-web_roles_execution_permissions")
    assert statements["ReadSecrets"]["resources"] == [SECRET]
    assert statements["ReadParameters"]["resources"] == [PARAMETER]
    assert statements["DecryptSecrets"]["resources"] == [KEY]


def test_the_application_may_do_nothing_unless_it_is_given_policies() -> None:
    assert not any("roles_task" in name for name in web().resources("aws_iam_role_policy"))
    assert web().resources("aws_iam_role_policy_attachment") == {}
    policy = "arn:aws:iam::123456789012:policy/read-orders"
    given = web(f'task_policies = ["{policy}"]')
    attachment = given.only("aws_iam_role_policy_attachment")
    assert attachment["policy_arn"] == policy
    assert attachment["role"] == "${aws_iam_role.service-web_roles_task_role.name}"
    # From the first task's start to the end of the last one.
    [name] = given.resources("aws_iam_role_policy_attachment")
    assert f"aws_iam_role_policy_attachment.{name}" in given.only("aws_ecs_service")["depends_on"]


def test_roles_of_tasks_are_for_tasks_of_this_account() -> None:
    for kind in ("execution", "task"):
        trust = web().statements(f"service-web_roles_{kind}_trust")["Trust"]
        assert trust["principals"] == [{"type": "Service", "identifiers": ["ecs-tasks.amazonaws.com"]}]
        assert [(each["variable"], each["values"]) for each in trust["condition"]] == [
            ("aws:SourceAccount", ["123456789012"]),
            ("aws:SourceArn", ["arn:aws:ecs:eu-west-1:123456789012:*"]),
        ]


def test_ecs_exec_is_off_unless_asked_for() -> None:
    assert web().only("aws_ecs_service")["enable_execute_command"] is False
    shell = web("exec = true\n read_only_root_filesystem = false")
    assert shell.only("aws_ecs_service")["enable_execute_command"] is True
    statements = shell.statements("service-web_roles_task_permissions")
    assert "ssmmessages:OpenDataChannel" in statements["ExecChannels"]["actions"]
    assert "aws_iam_role_policy.service-web_roles_task_policy" in shell.only("aws_ecs_service")["depends_on"]


def test_ecs_exec_sessions_are_recorded_and_encrypted() -> None:
    exec_configuration = web().only("aws_ecs_cluster")["configuration"]["execute_command_configuration"]
    assert exec_configuration["kms_key_id"] == "${aws_kms_key.key.arn}"
    assert exec_configuration["logging"] == "OVERRIDE"
    assert exec_configuration["log_configuration"] == {
        "cloud_watch_encryption_enabled": True,
        "cloud_watch_log_group_name": "${aws_cloudwatch_log_group.cluster_exec-logs_group.name}",
    }
    shell = web("exec = true\n read_only_root_filesystem = false")
    assert shell.statements("service-web_roles_task_permissions")["ExecWriteLogs"]["resources"] == [
        "arn:aws:logs:eu-west-1:123456789012:log-group:/shop/test/exec:*"
    ]


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


def test_a_release_under_way_does_not_keep_a_service_from_being_destroyed() -> None:
    assert web().only("aws_ecs_service")["force_delete"] is True
    assert web(top="disposable = true").only("aws_ecs_service")["force_delete"] is True


def test_a_revision_that_tasks_run_on_stays_registered_unless_all_is_disposable() -> None:
    assert web().only("aws_ecs_task_definition")["skip_destroy"] is True
    assert web(top="disposable = true").only("aws_ecs_task_definition")["skip_destroy"] is False
