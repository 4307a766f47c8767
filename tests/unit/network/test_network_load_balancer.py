"""A network load balancer: what it hands on, what it does not read, and where it logs."""

import pytest

from tests.support import Template, environment, template

CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f"
ALL_AT_ONCE = 'release { strategy = "all_at_once" }'
TLS = f'certificate = "{CERTIFICATE}"'
TCP = 'protocol = "http"'


def network(protocol: str = TCP, *lines: str, top: str = "") -> Template:
    balancer = "\n  ".join(('type = "network"', protocol, *lines))
    return template(environment(service=ALL_AT_ONCE, load_balancer=balancer, top=top))


@pytest.mark.parametrize(
    ("protocol", "name", "port"), [pytest.param(TCP, "TCP", 80, id="TCP"), pytest.param(TLS, "TLS", 443, id="TLS")]
)
def test_its_listeners_lead_to_blue_and_green_and_a_release_owns_where(protocol: str, name: str, port: int) -> None:
    listeners = network(protocol).resources("aws_lb_listener")
    assert set(listeners) == {"service-web_listeners_production", "service-web_listeners_test"}
    for purpose, colour, number in (("production", "blue", port), ("test", "green", 8443)):
        listener = listeners[f"service-web_listeners_{purpose}"]
        assert (listener["protocol"], listener["port"]) == (name, number)
        group = f"${{aws_lb_target_group.service-web_target-groups_{colour}.arn}}"
        assert listener["default_action"] == [{"type": "forward", "target_group_arn": group}]
        assert listener["lifecycle"] == {"ignore_changes": ["default_action"]}


def test_tls_has_the_certificate_and_the_policy_and_tcp_neither() -> None:
    for listener in (
        network(TLS, 'ssl_policy = "ELBSecurityPolicy-TLS13-1-3-2021-06"').resources("aws_lb_listener").values()
    ):
        assert listener["certificate_arn"] == CERTIFICATE
        assert listener["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-3-2021-06"
    for listener in network().resources("aws_lb_listener").values():
        assert not {"certificate_arn", "ssl_policy"} & set(listener)


def test_nothing_is_redirected_and_port_80_stays_closed() -> None:
    generated = network(TLS)
    assert not any("redirect" in name for name in generated.resources("aws_lb_listener"))
    rules = generated.resources("aws_vpc_security_group_ingress_rule").values()
    assert {(rule["from_port"], rule["cidr_ipv4"]) for rule in rules if "cidr_ipv4" in rule} == {(443, "0.0.0.0/0")}


def test_it_has_no_rules_and_no_web_acl() -> None:
    resources = network(TLS).document["resource"]
    assert "aws_lb_listener_rule" not in resources
    assert "aws_wafv2_web_acl_association" not in resources


def test_targets_are_spoken_to_by_tcp_and_checked_by_http() -> None:
    for group in network().resources("aws_lb_target_group").values():
        assert (group["protocol"], group["target_type"]) == ("TCP", "ip")
        check = group["health_check"]
        assert (check["protocol"], check["path"], check["matcher"]) == ("HTTP", "/", "200")


def test_it_is_a_network_load_balancer_with_a_security_group_and_no_setting_of_the_other_type() -> None:
    balancer = network().only("aws_lb")
    assert balancer["load_balancer_type"] == "network"
    assert balancer["security_groups"] == ["${aws_security_group.load-balancer_security-group.id}"]
    assert balancer["enable_cross_zone_load_balancing"] is True
    assert not {"idle_timeout", "drop_invalid_header_fields"} & set(balancer)


def test_it_stands_where_it_is_told_is_guarded_and_comes_after_the_way_to_the_internet() -> None:
    balancer = network().only("aws_lb")
    assert (balancer["internal"], balancer["enable_deletion_protection"]) == (False, True)
    assert balancer["subnets"][0] == "${aws_subnet.network_vpc_public-a.id}"
    assert {"aws_route.network_vpc_public-internet", "aws_s3_bucket_policy.access-logs_bucket_policy"} <= set(
        balancer["depends_on"]
    )
    internal = network(TCP, "internal = true", 'ingress_cidrs = ["10.0.0.0/8"]', top="disposable = true").only("aws_lb")
    assert (internal["internal"], internal["enable_deletion_protection"]) == (True, False)
    assert internal["subnets"][0] == "${aws_subnet.network_vpc_private-a.id}"


def test_only_tls_is_logged_because_aws_logs_nothing_else() -> None:
    logs = {"bucket": "shop-test-access-logs-123456789012", "enabled": True}
    assert network(TLS).only("aws_lb")["access_logs"] == logs
    assert "access_logs" not in network().only("aws_lb")


def test_only_aws_own_log_delivery_for_this_account_writes_access_logs() -> None:
    bucket = "arn:aws:s3:::shop-test-access-logs-123456789012"
    statements = network(TLS).statements("access-logs_bucket_permissions")
    assert set(statements) == {"DenyPlainHttp", "LookAtBucketAcl", "DeliverLoadBalancerLogs", "DeliverBucketLogs"}
    ours = [
        {"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["123456789012"]},
        {"test": "ArnLike", "variable": "aws:SourceArn", "values": ["arn:aws:logs:eu-west-1:123456789012:*"]},
    ]
    owned = {"test": "StringEquals", "variable": "s3:x-amz-acl", "values": ["bucket-owner-full-control"]}
    for sid, action, resource, conditions in (
        ("LookAtBucketAcl", "s3:GetBucketAcl", bucket, ours),
        ("DeliverLoadBalancerLogs", "s3:PutObject", f"{bucket}/AWSLogs/123456789012/*", [owned, *ours]),
    ):
        statement = statements[sid]
        assert (statement["actions"], statement["resources"]) == ([action], [resource])
        assert statement["principals"] == [{"type": "Service", "identifiers": ["delivery.logs.amazonaws.com"]}]
        assert statement["condition"] == conditions


def test_codedeploy_moves_the_listeners_themselves() -> None:
    generated = network()
    pair = generated.only("aws_codedeploy_deployment_group")["load_balancer_info"]["target_group_pair_info"]
    listeners = [f"${{aws_lb_listener.service-web_listeners_{purpose}.arn}}" for purpose in ("production", "test")]
    assert [pair["prod_traffic_route"]["listener_arns"], pair["test_traffic_route"]["listener_arns"]] == [
        [arn] for arn in listeners
    ]
    moved = generated.statements("delivery-web_deployment_role_permissions")["MoveTraffic"]
    assert moved["resources"] == listeners


def test_the_service_waits_for_its_listeners_without_which_its_target_groups_hang_on_nothing() -> None:
    assert {"aws_lb_listener.service-web_listeners_production", "aws_lb_listener.service-web_listeners_test"} <= set(
        network().only("aws_ecs_service")["depends_on"]
    )


def test_where_it_answers_is_its_own_name() -> None:
    for protocol, scheme in ((TCP, "http"), (TLS, "https")):
        assert network(protocol).document["output"]["url"]["value"] == f"{scheme}://${{aws_lb.load-balancer.dns_name}}"
