"""The network: subnets in each zone, routes to the internet, endpoints, and flow logs."""

import pytest

from tests.support import ZONES, Template, environment, template

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf"
PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/a"
WITHOUT_NAT = f'{ZONES}\n nat = "none"'
BOOTSTRAP = 'bootstrap_image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/bootstrap:1"'


def with_network(text: str) -> Template:
    return template(environment(network=f"{ZONES}\n{text}"))


def without_nat(service: str = "") -> Template:
    return template(environment(network=WITHOUT_NAT, service=f"{BOOTSTRAP}\n{service}"))


def test_each_zone_has_a_public_and_a_private_subnet() -> None:
    subnets = with_network('cidr = "10.20.0.0/16"').resources("aws_subnet")
    assert {name: (body["availability_zone"], body["cidr_block"]) for name, body in subnets.items()} == {
        "network_vpc_public-a": ("eu-west-1a", "10.20.0.0/20"),
        "network_vpc_public-b": ("eu-west-1b", "10.20.16.0/20"),
        "network_vpc_private-a": ("eu-west-1a", "10.20.128.0/20"),
        "network_vpc_private-b": ("eu-west-1b", "10.20.144.0/20"),
    }
    assert not any(body["map_public_ip_on_launch"] for body in subnets.values())


def test_a_zone_added_later_moves_no_subnet() -> None:
    before = with_network("").resources("aws_subnet")
    after = template(environment(network='zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]')).resources("aws_subnet")
    assert {name: after[name]["cidr_block"] for name in before} == {
        name: body["cidr_block"] for name, body in before.items()
    }


def test_subnets_given_by_hand_are_taken() -> None:
    subnets = with_network(
        'public_subnets = ["10.0.1.0/24", "10.0.2.0/24"]\nprivate_subnets = ["10.0.3.0/24", "10.0.4.0/24"]'
    ).resources("aws_subnet")
    assert [body["cidr_block"] for name, body in sorted(subnets.items())] == [
        "10.0.3.0/24",
        "10.0.4.0/24",
        "10.0.1.0/24",
        "10.0.2.0/24",
    ]


def test_each_subnet_has_the_routes_of_its_kind_and_each_zone_its_own_nat_gateway_by_default() -> None:
    generated = with_network("")
    assert len(generated.resources("aws_nat_gateway")) == 2
    routes = {
        body["subnet_id"].split(".")[1]: body["route_table_id"].split(".")[1]
        for body in generated.resources("aws_route_table_association").values()
    }
    assert routes == {
        "network_vpc_public-a": "network_vpc_public-routes",
        "network_vpc_public-b": "network_vpc_public-routes",
        "network_vpc_private-a": "network_vpc_private-a-table",
        "network_vpc_private-b": "network_vpc_private-b-table",
    }
    assert generated.only("aws_vpc")["enable_dns_hostnames"] is True
    for zone in ("a", "b"):
        gateway = generated.named("aws_nat_gateway", f"nat-{zone}")
        assert gateway["subnet_id"] == f"${{aws_subnet.network_vpc_public-{zone}.id}}"
        assert gateway["allocation_id"] == f"${{aws_eip.network_vpc_nat-{zone}-address.id}}"
        route = generated.named("aws_route", f"private-{zone}-internet")
        assert route["nat_gateway_id"] == f"${{aws_nat_gateway.network_vpc_nat-{zone}.id}}"
        assert route["route_table_id"] == f"${{aws_route_table.network_vpc_private-{zone}-table.id}}"
    public = generated.named("aws_route", "public-internet")
    assert public["gateway_id"] == "${aws_internet_gateway.network_vpc_internet-gateway.id}"


def test_a_single_nat_gateway_serves_all_zones() -> None:
    single = with_network('nat = "single"')
    assert single.only("aws_nat_gateway")["subnet_id"] == "${aws_subnet.network_vpc_public-a.id}"
    for zone in ("a", "b"):
        route = single.named("aws_route", f"private-{zone}-internet")
        assert route["nat_gateway_id"] == "${aws_nat_gateway.network_vpc_nat-a.id}"
    assert len(single.resources("aws_eip")) == 1


def test_without_nat_endpoints_are_the_only_connection_to_aws() -> None:
    closed = without_nat()
    assert closed.resources("aws_nat_gateway") == {}
    assert closed.resources("aws_eip") == {}
    assert list(closed.resources("aws_route")) == ["network_vpc_public-internet"]
    endpoints = closed.resources("aws_vpc_endpoint").values()
    assert {endpoint["service_name"].removeprefix("com.amazonaws.eu-west-1.") for endpoint in endpoints} == {
        "s3",
        "ecr.api",
        "ecr.dkr",
        "logs",
    }


def test_endpoints_answer_the_network_only_and_under_the_services_own_names() -> None:
    closed = without_nat()
    rule = closed.named("aws_vpc_security_group_ingress_rule", "from-network")
    assert (rule["cidr_ipv4"], rule["from_port"], rule["to_port"]) == ("10.0.0.0/16", 443, 443)
    for endpoint in closed.resources("aws_vpc_endpoint").values():
        if endpoint["vpc_endpoint_type"] == "Interface":
            assert endpoint["private_dns_enabled"] is True
            assert endpoint["security_group_ids"] == ["${aws_security_group.network_endpoints_security-group.id}"]
            assert len(endpoint["subnet_ids"]) == 2


@pytest.mark.parametrize(
    ("service", "endpoint"),
    [
        (f'secrets = {{ A = "{SECRET}" }}', "secretsmanager"),
        (f'secrets = {{ A = "{PARAMETER}" }}', "ssm"),
        ("exec = true\n read_only_root_filesystem = false", "ssmmessages"),
        ("exec = true\n read_only_root_filesystem = false", "kms"),
    ],
)
def test_a_service_gets_the_endpoints_that_it_needs(service: str, endpoint: str) -> None:
    assert f"network_endpoints_{endpoint}" in without_nat(service).resources("aws_vpc_endpoint")
    assert f"network_endpoints_{endpoint}" not in without_nat().resources("aws_vpc_endpoint")


def test_with_nat_only_the_free_endpoint_exists() -> None:
    endpoint = with_network("").only("aws_vpc_endpoint")
    assert endpoint["vpc_endpoint_type"] == "Gateway"
    assert endpoint["route_table_ids"] == [
        "${aws_route_table.network_vpc_private-a-table.id}",
        "${aws_route_table.network_vpc_private-b-table.id}",
    ]


def test_the_default_security_group_lets_nothing_through() -> None:
    group = with_network("").only("aws_default_security_group")
    assert "ingress" not in group
    assert "egress" not in group


def test_flow_logs_are_kept_encrypted_by_a_role_for_this_account_only() -> None:
    recorded = with_network("")
    flow_log = recorded.only("aws_flow_log")
    assert flow_log["traffic_type"] == "ALL"
    assert flow_log["vpc_id"] == "${aws_vpc.network_vpc.id}"
    group = recorded.named("aws_cloudwatch_log_group", "network_flow-logs_logs_group")
    assert (group["name"], group["kms_key_id"], group["retention_in_days"]) == (
        "/shop/test/vpc-flow-logs",
        "${aws_kms_key.key.arn}",
        365,
    )
    assert flow_log["depends_on"] == ["aws_iam_role_policy.network_flow-logs_role_policy"]
    trust = recorded.statements("network_flow-logs_role_trust")["Trust"]
    assert trust["condition"][0]["values"] == ["123456789012"]


def test_flow_logs_can_be_left_out() -> None:
    silent = with_network("flow_logs = false")
    assert silent.resources("aws_flow_log") == {}
    assert not any("flow-logs" in name for name in silent.resources("aws_iam_role"))


def test_an_existing_network_is_used_and_nothing_of_it_created() -> None:
    existing = template(
        environment().replace(
            f"network {{\n  {ZONES}\n}}",
            'network "existing" {\n vpc_id = "vpc-0123456789abcdef0"\n'
            ' public_subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]\n'
            ' private_subnet_ids = ["subnet-0123456789abcdef2"]\n}',
        )
    )
    for kind in ("aws_vpc", "aws_subnet", "aws_nat_gateway", "aws_route_table", "aws_flow_log", "aws_vpc_endpoint"):
        assert existing.resources(kind) == {}
    assert existing.only("aws_lb")["subnets"] == ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    assert existing.only("aws_ecs_service")["network_configuration"]["subnets"] == ["subnet-0123456789abcdef2"]
    assert {group["vpc_id"] for group in existing.resources("aws_security_group").values()} == {"vpc-0123456789abcdef0"}
