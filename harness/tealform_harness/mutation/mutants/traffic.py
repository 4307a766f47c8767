"""Load balancer, listeners, their rules and target groups."""

from __future__ import annotations

from tealform_harness.mutation.edits import drop, put, remove, together
from tealform_harness.mutation.mutant import Mutant

_BALANCER = "load-balancer/load-balancer"
_LISTENER = "load-balancer/production-listener"
_REDIRECT = "load-balancer/redirect-listener"
_RULE = "service-web/rules/production"
_TEST_RULE = "service-web/rules/test"
_BLUE = "service-web/target-groups/blue"
_GREEN = "service-web/target-groups/green"
_TO_BLUE = "${aws_lb_target_group.service-web_target-groups_blue.arn}"
_TO_GREEN = "${aws_lb_target_group.service-web_target-groups_green.arn}"

MUTANTS = (
    Mutant(
        "rule-action-not-ignored",
        "Terraform no longer ignores where production's rule forwards to",
        "The next apply sends all users to the colour that is not there any more.",
        "prod",
        drop(_RULE, "lifecycle"),
    ),
    Mutant(
        "test-rule-action-not-ignored",
        "Terraform no longer ignores where the test rule forwards to",
        "The next apply moves test traffic in the middle of a release.",
        "prod",
        drop(_TEST_RULE, "lifecycle"),
    ),
    Mutant(
        "rule-ignores-its-condition",
        "Terraform ignores which requests a rule takes",
        "Whoever changes it by hand takes the service's requests away, and no plan says so.",
        "prod",
        put(_RULE, "lifecycle/ignore_changes", ["action", "condition"]),
    ),
    Mutant(
        "production-forwards-to-green",
        "production's rule forwards to green from the start",
        "Users get an error until the first release.",
        "prod",
        put(_RULE, "action/target_group_arn", _TO_GREEN),
    ),
    Mutant(
        "test-forwards-to-blue",
        "the test rule forwards to blue, so that no listener forwards to green",
        "A target group without a listener has no health checks: the first release never ends.",
        "prod",
        put(_TEST_RULE, "action/target_group_arn", _TO_BLUE),
    ),
    Mutant(
        "test-rule-on-production",
        "the test rule of a service is on production's listener",
        "Users get green before anybody has tested it.",
        "prod",
        together(
            put(_TEST_RULE, "listener_arn", "${aws_lb_listener.load-balancer_production-listener.arn}"),
            put(_TEST_RULE, "priority", 999),
        ),
    ),
    Mutant(
        "production-rule-on-the-redirect",
        "production's rule is on the listener for plain HTTP",
        "Users are served without TLS, and with TLS they get nothing.",
        "prod",
        put(_RULE, "listener_arn", "${aws_lb_listener.load-balancer_redirect-listener.arn}"),
    ),
    Mutant(
        "no-test-rule",
        "the test rule of a service was removed",
        "A target group without a listener has no health checks: the first release never ends.",
        "prod",
        remove(_TEST_RULE),
    ),
    Mutant(
        "no-test-listener",
        "the test listener and all that leads to it was removed",
        "Nobody can look at green before users do, and green has no health checks.",
        "prod",
        together(
            drop("delivery-web/deployment/group", "load_balancer_info/target_group_pair_info/test_traffic_route"),
            drop("delivery-api/deployment/group", "load_balancer_info/target_group_pair_info/test_traffic_route"),
            remove("load-balancer/test-listener", _TEST_RULE, "service-api/rules/test"),
        ),
    ),
    Mutant(
        "rules-differ",
        "the test rule takes other requests than production's",
        "What is tested is not what users will ask for.",
        "prod",
        put("service-api/rules/test", "condition/path_pattern/values", ["/internal/*"]),
    ),
    Mutant(
        "rule-takes-everything",
        "the rule with the highest priority takes all requests",
        "One service gets the other's requests, on production and test alike.",
        "prod",
        together(
            put("service-api/rules/production", "condition/path_pattern/values", ["/*"]),
            put("service-api/rules/test", "condition/path_pattern/values", ["/*"]),
        ),
    ),
    Mutant(
        "same-priority-twice",
        "two rules of a listener have the same priority",
        "The apply fails half-way.",
        "prod",
        put(_RULE, "priority", 100),
    ),
    Mutant(
        "plain-http",
        "the production listener speaks plain HTTP",
        "Passwords and sessions can be read on the way.",
        "prod",
        together(
            put(_LISTENER, "protocol", "HTTP"),
            drop(_LISTENER, "certificate_arn"),
            drop(_LISTENER, "ssl_policy"),
        ),
    ),
    Mutant(
        "old-tls",
        "the production listener takes TLS 1.0",
        "Connections can be broken into by whoever is on the way.",
        "prod",
        put(_LISTENER, "ssl_policy", "ELBSecurityPolicy-2016-08"),
    ),
    Mutant(
        "tls-policy-by-default",
        "the TLS policy of the production listener was removed",
        "The default takes TLS 1.0.",
        "prod",
        drop(_LISTENER, "ssl_policy"),
    ),
    Mutant(
        "http-is-served",
        "port 80 forwards to the service instead of redirecting to HTTPS",
        "Whoever types the name without https is served in plain text, past all releases.",
        "prod",
        put(_REDIRECT, "default_action", [{"type": "forward", "target_group_arn": _TO_BLUE}]),
    ),
    Mutant(
        "redirect-to-http",
        "port 80 redirects to port 80",
        "Browsers go in circles.",
        "prod",
        put(_REDIRECT, "default_action/redirect", {"port": "80", "protocol": "HTTP", "status_code": "HTTP_301"}),
    ),
    Mutant(
        "default-action-forwards-to-blue",
        "what no rule takes goes to blue, and Terraform does not ignore it",
        "After a release it goes to a colour without tasks.",
        "prod",
        put(_LISTENER, "default_action", [{"type": "forward", "target_group_arn": _TO_BLUE}]),
    ),
    Mutant(
        "targets-are-instances",
        "a target group takes instances instead of addresses",
        "Fargate's tasks cannot be registered: the service is never there.",
        "prod",
        put(_GREEN, "target_type", "instance"),
    ),
    Mutant(
        "name-too-long",
        "a target group has a name of more than 32 characters",
        "The apply fails, after half of the environment is there.",
        "prod",
        put(_GREEN, "name", "shop-production-web-frontend-green-group"),
    ),
    Mutant(
        "everything-is-healthy",
        "health checks take any answer, errors too",
        "A release that answers nothing but errors is healthy, and gets all users.",
        "prod",
        together(*(put(group, "health_check/matcher", "200-599") for group in (_BLUE, _GREEN))),
    ),
    Mutant(
        "green-is-judged-otherwise",
        "green's health check asks for another path than blue's",
        "Every second release is judged by another measure.",
        "prod",
        put(_GREEN, "health_check/path", "/"),
    ),
    Mutant(
        "health-check-by-default",
        "green's health check was removed",
        "The default asks for / every thirty seconds, which the application may not answer.",
        "prod",
        drop(_GREEN, "health_check"),
    ),
    Mutant(
        "health-checks-take-half-an-hour",
        "a target counts as healthy after ten checks in five minutes each",
        "Releases wait an hour for green, and then fail.",
        "prod",
        together(
            *(
                put(group, f"health_check/{setting}", value)
                for group in (_BLUE, _GREEN)
                for setting, value in (("interval", 300), ("healthy_threshold", 10), ("unhealthy_threshold", 10))
            )
        ),
        "Each of these is one that health_check.interval, healthy and unhealthy may ask for; how long is too long depends on how "
        "the service starts.",
    ),
    Mutant(
        "requests-are-cut-off",
        "targets are taken away without waiting for their requests",
        "Each release and each scaling in breaks requests that are under way.",
        "prod",
        together(*(put(group, "deregistration_delay", "0") for group in (_BLUE, _GREEN))),
    ),
    Mutant(
        "targets-drain-for-an-hour",
        "targets are drained for an hour",
        "Releases and destroys wait for it, and CodeDeploy gives up.",
        "prod",
        together(*(put(group, "deregistration_delay", "3600") for group in (_BLUE, _GREEN))),
        "Connections that last, like WebSockets or long downloads, need that much, and deregistration_delay may ask for it.",
    ),
    Mutant(
        "balancer-may-be-deleted",
        "the load balancer in production may be deleted",
        "One wrong plan, and its name and addresses are gone for good.",
        "prod",
        put(_BALANCER, "enable_deletion_protection", False),
    ),
    Mutant(
        "no-access-logs",
        "the load balancer keeps no access logs",
        "After an attack nobody knows who asked for what.",
        "prod",
        put(_BALANCER, "access_logs/enabled", False),
    ),
    Mutant(
        "bad-headers-pass",
        "the load balancer passes invalid headers on",
        "Requests can be smuggled past the load balancer's rules.",
        "prod",
        put(_BALANCER, "drop_invalid_header_fields", False),
    ),
    Mutant(
        "desync-is-watched-only",
        "the load balancer lets requests pass that front and back end would read differently",
        "Requests can be smuggled past the load balancer's rules.",
        "prod",
        put(_BALANCER, "desync_mitigation_mode", "monitor"),
    ),
    Mutant(
        "no-web-acl",
        "the web ACL was taken away from the load balancer",
        "Nothing stands between attackers and the application.",
        "prod",
        remove("load-balancer/web-acl"),
    ),
    Mutant(
        "balancer-in-private-subnets",
        "the load balancer is in the private subnets",
        "It has public addresses that nobody can reach.",
        "prod",
        put(_BALANCER, "subnets", [f"${{aws_subnet.network_vpc_private-{zone}.id}}" for zone in "acd"]),
    ),
)
