"""Load balancers of both types: who can connect, what the listeners do, and where access is logged."""

from typing import Any

import pytest

from tests.support import Template, environment, template

CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f"
WEB_ACL = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/3f1c8a52"
POLICY = "ELBSecurityPolicy-TLS13-1-3-2021-06"
TLS = f'certificate = "{CERTIFICATE}"'
PLAIN = 'protocol = "http"'
ANYWHERE = "0.0.0.0/0"
BUCKET = "shop-test-access-logs-123456789012"


def application(protocol: str, *lines: str, top: str = "") -> Template:
    return template(environment(load_balancer="\n  ".join((protocol, *lines)), top=top))


def https(*lines: str, top: str = "") -> Template:
    return application(TLS, *lines, top=top)


def http(*lines: str) -> Template:
    return application(PLAIN, *lines)


def network(protocol: str = PLAIN, *lines: str, top: str = "") -> Template:
    balancer = "\n  ".join(('type = "network"', protocol, *lines))
    return template(environment(service='release { strategy = "all_at_once" }', load_balancer=balancer, top=top))


TYPES = pytest.mark.parametrize("create", [application, network])


def openings(generated: Template) -> set[tuple[int, str]]:
    rules = generated.resources("aws_vpc_security_group_ingress_rule")
    return {(rule["from_port"], rule["cidr_ipv4"]) for rule in rules.values() if "cidr_ipv4" in rule}


def listeners(generated: Template) -> dict[str, tuple[str, int]]:
    found = generated.resources("aws_lb_listener")
    return {name: (body["protocol"], body["port"]) for name, body in found.items()}


# --- both types -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("generated", "expected"),
    [
        pytest.param(https(), {(443, ANYWHERE), (80, ANYWHERE)}, id="https and its redirect"),
        pytest.param(http(), {(80, ANYWHERE)}, id="http"),
        pytest.param(
            https('test_cidrs = ["203.0.113.0/24"]'),
            {(443, ANYWHERE), (80, ANYWHERE), (8443, "203.0.113.0/24")},
            id="test_cidrs",
        ),
        pytest.param(
            https('ingress_cidrs = ["198.51.100.0/24"]'),
            {(443, "198.51.100.0/24"), (80, "198.51.100.0/24")},
            id="ingress_cidrs",
        ),
        pytest.param(http("test_listener = false"), {(80, ANYWHERE)}, id="without a test listener"),
        pytest.param(network(TLS), {(443, ANYWHERE)}, id="network: nothing is redirected"),
    ],
)
def test_only_the_addresses_that_are_set_can_connect(generated: Template, expected: set[tuple[int, str]]) -> None:
    assert openings(generated) == expected


@TYPES
def test_tls_has_the_certificate_and_the_policy(create: Any) -> None:
    for lines, policy in (((), "ELBSecurityPolicy-TLS13-1-2-2021-06"), ((f'ssl_policy = "{POLICY}"',), POLICY)):
        found = create(TLS, *lines).resources("aws_lb_listener")
        secure = [body for name, body in found.items() if not name.endswith("redirect-listener")]
        assert [(body["certificate_arn"], body["ssl_policy"]) for body in secure] == [(CERTIFICATE, policy)] * 2


@TYPES
def test_without_tls_there_is_no_certificate_and_no_policy(create: Any) -> None:
    for listener in create(PLAIN).resources("aws_lb_listener").values():
        assert not {"certificate_arn", "ssl_policy"} & set(listener)


@TYPES
def test_it_is_protected_in_public_subnets_and_waits_for_the_internet_route_and_the_log_bucket(create: Any) -> None:
    balancer = create(PLAIN).only("aws_lb")
    assert (balancer["internal"], balancer["enable_deletion_protection"]) == (False, True)
    assert balancer["subnets"][0] == "${aws_subnet.network_vpc_public-a.id}"
    assert balancer["security_groups"] == ["${aws_security_group.load-balancer_security-group.id}"]
    # AWS refuses a public load balancer without the route.
    assert {"aws_route.network_vpc_public-internet", "aws_s3_bucket_policy.access-logs_bucket_policy"} <= set(
        balancer["depends_on"]
    )


@TYPES
def test_it_can_be_internal_and_disposable(create: Any) -> None:
    lines = ("internal = true", 'ingress_cidrs = ["10.0.0.0/8"]')
    balancer = create(PLAIN, *lines, top="disposable = true").only("aws_lb")
    assert (balancer["internal"], balancer["enable_deletion_protection"]) == (True, False)
    assert balancer["subnets"][0] == "${aws_subnet.network_vpc_private-a.id}"


# --- application load balancer --------------------------------------------------------------


def test_https_has_two_listeners_and_redirects_http() -> None:
    assert listeners(https()) == {
        "load-balancer_production-listener": ("HTTPS", 443),
        "load-balancer_test-listener": ("HTTPS", 8443),
        "load-balancer_redirect-listener": ("HTTP", 80),
    }
    assert https().named("aws_lb_listener", "redirect-listener")["default_action"] == [
        {"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}}
    ]


def test_plain_http_has_two_listeners() -> None:
    assert listeners(http()) == {
        "load-balancer_production-listener": ("HTTP", 80),
        "load-balancer_test-listener": ("HTTP", 8443),
    }


def test_without_a_test_listener_only_production_listens() -> None:
    assert set(listeners(http("test_listener = false"))) == {"load-balancer_production-listener"}


def test_requests_for_no_service_are_answered_404() -> None:
    for name in ("production", "test"):
        (action,) = https().named("aws_lb_listener", f"{name}-listener")["default_action"]
        assert action["fixed_response"]["status_code"] == "404"


def test_the_test_port_can_be_set() -> None:
    assert https("test_port = 9443").named("aws_lb_listener", "test-listener")["port"] == 9443


def test_the_load_balancer_sends_only_to_tasks() -> None:
    rules = https().resources("aws_vpc_security_group_egress_rule")
    (rule,) = (
        body
        for body in rules.values()
        if body["security_group_id"] == "${aws_security_group.load-balancer_security-group.id}"
    )
    assert rule["referenced_security_group_id"] == "${aws_security_group.service-web_security-group.id}"
    assert (rule["from_port"], rule["to_port"]) == (8080, 8080)


def test_it_is_an_application_load_balancer_by_default_that_drops_invalid_headers() -> None:
    balancer = https().only("aws_lb")
    assert balancer["load_balancer_type"] == "application"
    assert balancer["drop_invalid_header_fields"] is True
    assert balancer["access_logs"] == {"bucket": BUCKET, "enabled": True}
    assert balancer["idle_timeout"] == 60
    assert "enable_cross_zone_load_balancing" not in balancer
    assert https("idle_timeout = 300").only("aws_lb")["idle_timeout"] == 300


def test_a_web_acl_is_associated_if_one_is_named() -> None:
    association = https(f'web_acl = "{WEB_ACL}"').only("aws_wafv2_web_acl_association")
    assert {key: value for key, value in association.items() if key != "//"} == {
        "resource_arn": "${aws_lb.load-balancer.arn}",
        "web_acl_arn": WEB_ACL,
    }
    assert https().resources("aws_wafv2_web_acl_association") == {}


def test_only_the_log_services_of_this_account_write_access_logs() -> None:
    statements = https().statements("access-logs_bucket_permissions")
    assert set(statements) == {"DenyPlainHttp", "DeliverLoadBalancerLogs", "DeliverBucketLogs"}
    assert statements["DeliverLoadBalancerLogs"]["resources"] == [f"arn:aws:s3:::{BUCKET}/AWSLogs/123456789012/*"]
    assert statements["DeliverBucketLogs"]["condition"][0]["values"] == ["123456789012"]
    lifecycle = https(top="access_log_days = 30").named(
        "aws_s3_bucket_lifecycle_configuration", "access-logs_bucket_lifecycle"
    )
    assert lifecycle["rule"][0]["expiration"] == [{"days": 30}]


# --- network load balancer ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("protocol", "name", "port"), [pytest.param(PLAIN, "TCP", 80, id="TCP"), pytest.param(TLS, "TLS", 443, id="TLS")]
)
def test_its_listeners_forward_to_blue_and_green_and_a_release_owns_their_actions(
    protocol: str, name: str, port: int
) -> None:
    generated = network(protocol)
    assert listeners(generated) == {
        "service-web_listeners_production": (name, port),
        "service-web_listeners_test": (name, 8443),
    }
    for purpose, color in (("production", "blue"), ("test", "green")):
        listener = generated.named("aws_lb_listener", f"listeners_{purpose}")
        group = f"${{aws_lb_target_group.service-web_target-groups_{color}.arn}}"
        assert listener["default_action"] == [{"type": "forward", "target_group_arn": group}]
        assert listener["lifecycle"] == {"ignore_changes": ["default_action"]}


def test_it_has_no_rules_and_no_web_acl() -> None:
    resources = network(TLS).document["resource"]
    assert "aws_lb_listener_rule" not in resources
    assert "aws_wafv2_web_acl_association" not in resources


def test_targets_get_tcp_and_are_checked_by_http() -> None:
    for group in network().resources("aws_lb_target_group").values():
        assert (group["protocol"], group["target_type"]) == ("TCP", "ip")
        check = group["health_check"]
        assert (check["protocol"], check["path"], check["matcher"]) == ("HTTP", "/", "200")


def test_it_is_a_network_load_balancer_without_settings_of_the_other_type() -> None:
    balancer = network().only("aws_lb")
    assert balancer["load_balancer_type"] == "network"
    assert balancer["enable_cross_zone_load_balancing"] is True
    assert not {"idle_timeout", "drop_invalid_header_fields"} & set(balancer)


def test_only_tls_is_logged_because_aws_logs_nothing_else() -> None:
    assert network(TLS).only("aws_lb")["access_logs"] == {"bucket": BUCKET, "enabled": True}
    assert "access_logs" not in network().only("aws_lb")


def test_only_the_log_delivery_of_aws_for_this_account_writes_access_logs() -> None:
    bucket = f"arn:aws:s3:::{BUCKET}"
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
    arns = [f"${{aws_lb_listener.service-web_listeners_{purpose}.arn}}" for purpose in ("production", "test")]
    assert [pair["prod_traffic_route"]["listener_arns"], pair["test_traffic_route"]["listener_arns"]] == [
        [arn] for arn in arns
    ]
    moved = generated.statements("delivery-web_deployment_role_permissions")["MoveTraffic"]
    assert moved["resources"] == arns


def test_the_service_waits_for_its_listeners_without_which_its_target_groups_are_unused() -> None:
    assert {"aws_lb_listener.service-web_listeners_production", "aws_lb_listener.service-web_listeners_test"} <= set(
        network().only("aws_ecs_service")["depends_on"]
    )


@pytest.mark.parametrize(("protocol", "scheme"), [(PLAIN, "http"), (TLS, "https")], ids=["http", "https"])
def test_the_url_has_the_load_balancers_own_name(protocol: str, scheme: str) -> None:
    assert network(protocol).document["output"]["url"]["value"] == f"{scheme}://${{aws_lb.load-balancer.dns_name}}"
