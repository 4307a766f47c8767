"""CodeDeploy's groups and configurations: how traffic moves, when it moves back, and how long blue is kept."""

from __future__ import annotations

from tealform_harness.mutation.edits import drop, put, together
from tealform_harness.mutation.mutant import Mutant

_GROUP = "delivery-web/deployment/group"
_ROLLBACK = "auto_rollback_configuration"
_BLUE_GREEN = "blue_green_deployment_config"
_ROUTES = "load_balancer_info/target_group_pair_info"
_PRODUCTION = "${aws_lb_listener.load-balancer_production-listener.arn}"
_TEST = "${aws_lb_listener.load-balancer_test-listener.arn}"
_READY = f"{_BLUE_GREEN}/deployment_ready_option"


def _alarms(service: str, *names: str) -> list[str]:
    return [f"${{aws_cloudwatch_metric_alarm.service-{service}_alarms_{name}.alarm_name}}" for name in names]


MUTANTS = (
    Mutant(
        "rollback-off",
        "automatic rollback is off",
        "A release that fails leaves users on what is broken, until somebody gets up.",
        "prod",
        put(_GROUP, f"{_ROLLBACK}/enabled", False),
    ),
    Mutant(
        "rollback-gone",
        "the rollback block of a deployment group was removed",
        "A release that fails leaves users on what is broken, until somebody gets up.",
        "prod",
        drop(_GROUP, _ROLLBACK),
    ),
    Mutant(
        "alarms-roll-nothing-back",
        "a raised alarm stops a release, but does not roll it back",
        "Traffic stays where it was when the alarm was raised: on a broken green.",
        "prod",
        drop(_GROUP, f"{_ROLLBACK}/events/DEPLOYMENT_STOP_ON_ALARM"),
    ),
    Mutant(
        "failures-roll-nothing-back",
        "a failed release is not rolled back",
        "Traffic stays where it was when the release failed.",
        "prod",
        drop(_GROUP, f"{_ROLLBACK}/events/DEPLOYMENT_FAILURE"),
    ),
    Mutant(
        "alarms-off",
        "the alarms of a deployment group are off",
        "Errors in green do not stop a release.",
        "prod",
        put(_GROUP, "alarm_configuration/enabled", False),
    ),
    Mutant(
        "alarms-gone",
        "the alarms of a deployment group were removed",
        "Errors in green do not stop a release.",
        "prod",
        drop(_GROUP, "alarm_configuration"),
    ),
    Mutant(
        "alarms-of-blue-only",
        "a deployment group watches blue's alarms only",
        "In every second release that is the colour which takes no traffic yet.",
        "prod",
        put(_GROUP, "alarm_configuration/alarms", _alarms("web", "unhealthy-blue", "errors-blue", "latency-blue")),
    ),
    Mutant(
        "alarms-of-the-neighbour",
        "a deployment group watches another service's alarms",
        "Its own errors do not stop a release, and the neighbour's do.",
        "prod",
        put(
            _GROUP,
            "alarm_configuration/alarms",
            _alarms("api", *(f"{what}-{colour}" for what in ("unhealthy", "errors") for colour in ("blue", "green"))),
        ),
    ),
    Mutant(
        "alarms-that-do-not-exist",
        "a deployment group watches alarms by names that no alarm has",
        "CodeDeploy knows no state of them, and either nothing stops a release or everything does.",
        "prod",
        put(_GROUP, "alarm_configuration/alarms", ["shop-prod-web-unhealthy", "shop-prod-web-errors"]),
    ),
    Mutant(
        "unknown-alarms-are-fine",
        "a release goes on when the alarms' states cannot be asked for",
        "A role that lost a permission switches all alarms off, and nobody is told.",
        "prod",
        put(_GROUP, "alarm_configuration/ignore_poll_alarm_failure", True),
    ),
    Mutant(
        "stop-without-a-wait",
        "a release stops when nobody reroutes it, and waits for nobody",
        "STOP_DEPLOYMENT needs a wait: the apply fails, or every release stops before traffic moves.",
        "prod",
        put(_GROUP, f"{_READY}/action_on_timeout", "STOP_DEPLOYMENT"),
    ),
    Mutant(
        "continue-with-a-wait",
        "a release goes on by itself, but has a wait as if it stopped",
        "CONTINUE_DEPLOYMENT takes no wait: the apply fails.",
        "prod",
        put(_GROUP, f"{_READY}/wait_time_in_minutes", 30),
    ),
    Mutant(
        "blue-is-gone-at-once",
        "blue is removed at once in production",
        "There is nothing to go back to: a rollback is a whole new deployment.",
        "prod",
        put(
            _GROUP, f"{_BLUE_GREEN}/terminate_blue_instances_on_deployment_success/termination_wait_time_in_minutes", 0
        ),
    ),
    Mutant(
        "blue-time-not-said",
        "how long blue is kept was removed",
        "The default is to remove it at once.",
        "prod",
        drop(_GROUP, f"{_BLUE_GREEN}/terminate_blue_instances_on_deployment_success"),
    ),
    Mutant(
        "one-colour-twice",
        "a deployment group has blue's target group twice",
        "There is nowhere to put green: every release fails.",
        "prod",
        put(
            _GROUP,
            f"{_ROUTES}/target_group",
            [{"name": "${aws_lb_target_group.service-web_target-groups_blue.name}"}] * 2,
        ),
    ),
    Mutant(
        "green-of-the-neighbour",
        "a deployment group has another service's green",
        "Releases put tasks where another service's requests go.",
        "prod",
        put(
            _GROUP,
            f"{_ROUTES}/target_group",
            [
                {"name": "${aws_lb_target_group.service-web_target-groups_blue.name}"},
                {"name": "${aws_lb_target_group.service-api_target-groups_green.name}"},
            ],
        ),
    ),
    Mutant(
        "no-test-route",
        "a deployment group has no test listener",
        "Nobody can look at green before users do, and the smoke test finds nothing.",
        "prod",
        drop(_GROUP, f"{_ROUTES}/test_traffic_route"),
    ),
    Mutant(
        "test-route-is-production",
        "the test listener of a deployment group is production's",
        "Green is tested on all users.",
        "prod",
        put(_GROUP, f"{_ROUTES}/test_traffic_route/listener_arns", [_PRODUCTION]),
    ),
    Mutant(
        "routes-swapped",
        "production and test listener of a deployment group are swapped",
        "Users get green before anybody has tested it, and the release never moves them.",
        "prod",
        together(
            put(_GROUP, f"{_ROUTES}/prod_traffic_route/listener_arns", [_TEST]),
            put(_GROUP, f"{_ROUTES}/test_traffic_route/listener_arns", [_PRODUCTION]),
        ),
    ),
    Mutant(
        "route-is-the-redirect",
        "the production listener of a deployment group is the one that redirects to HTTPS",
        "Releases succeed, and users never see them.",
        "prod",
        put(
            _GROUP,
            f"{_ROUTES}/prod_traffic_route/listener_arns",
            ["${aws_lb_listener.load-balancer_redirect-listener.arn}"],
        ),
    ),
    Mutant(
        "all-users-at-once",
        "a service in production gets new versions for all users at once",
        "An error that alarms would have seen in a tenth of the requests is in all of them.",
        "prod",
        put(_GROUP, "deployment_config_name", "CodeDeployDefault.ECSAllAtOnce"),
        "All at once is a strategy that environment.hcl offers, for production too; alarms and rollback still hold.",
    ),
    Mutant(
        "configuration-that-does-not-exist",
        "a deployment group names a predefined configuration that AWS has not",
        "The apply fails after half of the environment is there.",
        "prod",
        put(_GROUP, "deployment_config_name", "CodeDeployDefault.ECSCanary10Percent10Minutes"),
    ),
    Mutant(
        "configuration-for-lambda",
        "a deployment group of ECS names a configuration for Lambda",
        "The apply fails after half of the environment is there.",
        "prod",
        put(_GROUP, "deployment_config_name", "CodeDeployDefault.LambdaCanary10Percent5Minutes"),
    ),
    Mutant(
        "in-place",
        "a deployment group deploys in place, without traffic control",
        "ECS has no such deployments: the apply fails.",
        "prod",
        put(
            _GROUP,
            "deployment_style",
            {"deployment_option": "WITHOUT_TRAFFIC_CONTROL", "deployment_type": "IN_PLACE"},
        ),
    ),
    Mutant(
        "group-of-the-neighbour",
        "a deployment group releases another service",
        "A push to one repository replaces the other service.",
        "prod",
        put(_GROUP, "ecs_service/service_name", "${aws_ecs_service.service-api_service.name}"),
    ),
    Mutant(
        "application-for-servers",
        "CodeDeploy's application is one for servers",
        "It is replaced by one that knows no ECS services.",
        "prod",
        put("delivery-web/deployment/application", "compute_platform", "Server"),
    ),
    Mutant(
        "group-with-the-pipelines-role",
        "a deployment group works with the pipeline's role",
        "CodeDeploy may not take it: every release fails at its start.",
        "prod",
        put(_GROUP, "service_role_arn", "${aws_iam_role.delivery-web_pipeline_role.arn}"),
    ),
    Mutant(
        "canary-of-nearly-all",
        "a canary takes 99 percent of the traffic",
        "It is all at once by another name: no alarm is in time.",
        "prod",
        put("delivery-api/deployment/config", "traffic_routing_config/time_based_canary/percentage", 99),
    ),
    Mutant(
        "canary-quicker-than-its-alarms",
        "a canary takes one minute, while its alarms need three",
        "All users are on green before an alarm can be raised.",
        "prod",
        put("delivery-api/deployment/config", "traffic_routing_config/time_based_canary/interval", 1),
    ),
    Mutant(
        "configuration-is-replaced-in-use",
        "a deployment configuration is destroyed before its successor is there",
        "Each change of it fails: AWS keeps what a group uses.",
        "prod",
        drop("delivery-api/deployment/config", "lifecycle"),
    ),
)
