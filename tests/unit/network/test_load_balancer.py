"""The door: who may knock where, and what is answered."""

from tests.support import Template, environment, template

CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f"
WEB_ACL = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/3f1c8a52"


def https(text: str = "", top: str = "") -> Template:
    return template(environment(load_balancer=f'certificate = "{CERTIFICATE}"\n{text}', top=top))


def http(text: str = "", top: str = "") -> Template:
    return template(environment(load_balancer=f'protocol = "http"\n{text}', top=top))


def openings(generated: Template) -> set[tuple[int, str]]:
    rules = generated.resources("aws_vpc_security_group_ingress_rule")
    return {(rule["from_port"], rule["cidr_ipv4"]) for rule in rules.values() if "cidr_ipv4" in rule}


def test_https_has_two_listeners_with_the_certificate_and_redirects_http() -> None:
    listeners = https().resources("aws_lb_listener")
    for purpose, port in (("production", 443), ("test", 8443)):
        listener = listeners[f"load-balancer_{purpose}-listener"]
        assert (listener["port"], listener["protocol"]) == (port, "HTTPS")
        assert listener["certificate_arn"] == CERTIFICATE
        assert listener["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    redirect = listeners["load-balancer_redirect-listener"]
    assert (redirect["port"], redirect["protocol"]) == (80, "HTTP")
    assert redirect["default_action"] == [
        {"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}}
    ]


def test_plain_http_has_two_listeners_and_nothing_of_tls() -> None:
    listeners = http().resources("aws_lb_listener")
    assert {name: (body["port"], body["protocol"]) for name, body in listeners.items()} == {
        "load-balancer_production-listener": (80, "HTTP"),
        "load-balancer_test-listener": (8443, "HTTP"),
    }
    assert not any("certificate_arn" in body or "ssl_policy" in body for body in listeners.values())


def test_what_no_service_claims_is_answered_404() -> None:
    for name in ("production", "test"):
        (action,) = https().named("aws_lb_listener", f"{name}-listener")["default_action"]
        assert action["fixed_response"]["status_code"] == "404"


def test_the_world_reaches_production_and_the_redirect_but_not_the_test_listener() -> None:
    assert openings(https()) == {(443, "0.0.0.0/0"), (80, "0.0.0.0/0")}
    assert openings(http()) == {(80, "0.0.0.0/0")}


def test_the_test_listener_opens_to_whom_it_is_told() -> None:
    assert openings(https('test_cidrs = ["203.0.113.0/24"]')) == {
        (443, "0.0.0.0/0"),
        (80, "0.0.0.0/0"),
        (8443, "203.0.113.0/24"),
    }


def test_production_opens_to_whom_it_is_told() -> None:
    assert openings(https('ingress_cidrs = ["198.51.100.0/24"]')) == {(443, "198.51.100.0/24"), (80, "198.51.100.0/24")}


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


def test_it_is_guarded_logged_and_drops_invalid_headers() -> None:
    balancer = https().only("aws_lb")
    assert balancer["drop_invalid_header_fields"] is True
    assert balancer["enable_deletion_protection"] is True
    assert balancer["access_logs"] == {"bucket": "shop-test-access-logs-123456789012", "enabled": True}
    assert "aws_s3_bucket_policy.access-logs_bucket_policy" in balancer["depends_on"]
    assert balancer["idle_timeout"] == 60


def test_it_comes_after_the_way_to_the_internet_without_which_aws_refuses_it() -> None:
    assert "aws_route.network_vpc_public-internet" in https().only("aws_lb")["depends_on"]


def test_the_security_policy_and_the_idle_timeout_can_be_set() -> None:
    generated = https('ssl_policy = "ELBSecurityPolicy-TLS13-1-3-2021-06"\nidle_timeout = 300')
    assert generated.only("aws_lb")["idle_timeout"] == 300
    for name in ("production", "test"):
        assert (
            generated.named("aws_lb_listener", f"{name}-listener")["ssl_policy"]
            == "ELBSecurityPolicy-TLS13-1-3-2021-06"
        )


def test_a_disposable_environment_lets_it_be_deleted() -> None:
    assert https(top="disposable = true").only("aws_lb")["enable_deletion_protection"] is False


def test_it_stands_in_public_subnets_unless_it_is_internal() -> None:
    assert https().only("aws_lb")["internal"] is False
    assert https().only("aws_lb")["subnets"][0] == "${aws_subnet.network_vpc_public-a.id}"
    internal = https('internal = true\ningress_cidrs = ["10.0.0.0/8"]').only("aws_lb")
    assert internal["internal"] is True
    assert internal["subnets"][0] == "${aws_subnet.network_vpc_private-a.id}"


def test_a_web_acl_is_associated_when_one_is_named() -> None:
    assert https(f'web_acl = "{WEB_ACL}"').only("aws_wafv2_web_acl_association") == {
        "//": https(f'web_acl = "{WEB_ACL}"').only("aws_wafv2_web_acl_association")["//"],
        "resource_arn": "${aws_lb.load-balancer.arn}",
        "web_acl_arn": WEB_ACL,
    }
    assert https().resources("aws_wafv2_web_acl_association") == {}


def test_only_the_log_services_of_this_account_write_access_logs() -> None:
    statements = https().statements("access-logs_bucket_permissions")
    assert set(statements) == {"DenyPlainHttp", "DeliverLoadBalancerLogs", "DeliverBucketLogs"}
    assert statements["DeliverLoadBalancerLogs"]["resources"] == [
        "arn:aws:s3:::shop-test-access-logs-123456789012/AWSLogs/123456789012/*"
    ]
    assert statements["DeliverBucketLogs"]["condition"][0]["values"] == ["123456789012"]
    days = https(top="access_log_days = 30").named(
        "aws_s3_bucket_lifecycle_configuration", "access-logs_bucket_lifecycle"
    )
    assert days["rule"][0]["expiration"] == [{"days": 30}]


def test_without_a_test_listener_its_port_is_closed_and_nothing_listens_there() -> None:
    generated = http("test_listener = false")
    assert set(generated.resources("aws_lb_listener")) == {"load-balancer_production-listener"}
    assert openings(generated) == {(80, "0.0.0.0/0")}


def test_it_is_an_application_load_balancer_unless_told_otherwise() -> None:
    assert http().only("aws_lb")["load_balancer_type"] == "application"
    assert "enable_cross_zone_load_balancing" not in http().only("aws_lb")
