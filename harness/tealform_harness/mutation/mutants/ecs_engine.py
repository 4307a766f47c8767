"""Blue/green that is built into ECS: what a service itself says of its releases."""

from __future__ import annotations

from tealform_harness.mutation.edits import add, drop, move, put, together
from tealform_harness.mutation.good import BY_ECS
from tealform_harness.mutation.mutant import Mutant

_SERVICE = "service-web/service"
_HOW = "deployment_configuration"
_BALANCER = "load_balancer/advanced_configuration"
_PIPELINE = "delivery-web/pipeline/pipeline"
_TEST_RULE = "${aws_lb_listener_rule.service-web_rules_test.arn}"
_PRODUCTION_RULE = "${aws_lb_listener_rule.service-web_rules_production.arn}"

MUTANTS = (
    Mutant(
        "ecs-rolling",
        "ECS releases a service task by task instead of blue/green",
        "Old and new answer at the same time, and there is no blue to go back to.",
        BY_ECS,
        put(_SERVICE, f"{_HOW}/strategy", "ROLLING"),
    ),
    Mutant(
        "ecs-strategy-not-said",
        "how ECS releases a service was removed",
        "The default is task by task: there is no blue to go back to.",
        BY_ECS,
        drop(_SERVICE, _HOW),
    ),
    Mutant(
        "ecs-no-bake-time",
        "ECS removes blue at once in production",
        "There is nothing to go back to when an alarm is raised.",
        BY_ECS,
        put(_SERVICE, f"{_HOW}/bake_time_in_minutes", "0"),
    ),
    Mutant(
        "ecs-canary-of-nearly-all",
        "ECS's canary takes 99 percent of the traffic",
        "It is all at once by another name: no alarm is in time.",
        BY_ECS,
        put(_SERVICE, f"{_HOW}/canary_configuration/canary_percent", 99),
    ),
    Mutant(
        "ecs-alarms-off",
        "the alarms of a service that ECS releases are off",
        "Errors in green do not stop a release.",
        BY_ECS,
        put(_SERVICE, "alarms/enable", False),
    ),
    Mutant(
        "ecs-alarms-gone",
        "the alarms of a service that ECS releases were removed",
        "Errors in green do not stop a release.",
        BY_ECS,
        drop(_SERVICE, "alarms"),
    ),
    Mutant(
        "ecs-alarms-roll-nothing-back",
        "a raised alarm fails a release of ECS's, but does not roll it back",
        "Traffic stays where it was when the alarm was raised: on a broken green.",
        BY_ECS,
        put(_SERVICE, "alarms/rollback", False),
    ),
    Mutant(
        "ecs-failures-roll-nothing-back",
        "ECS does not roll a release back whose tasks do not start",
        "It tries for ever, or stays half-way.",
        BY_ECS,
        put(_SERVICE, "deployment_circuit_breaker/rollback", False),
    ),
    Mutant(
        "ecs-no-circuit-breaker",
        "the circuit breaker of a service that ECS releases was removed",
        "A release whose tasks do not start never ends.",
        BY_ECS,
        drop(_SERVICE, "deployment_circuit_breaker"),
    ),
    Mutant(
        "ecs-task-definition-not-ignored",
        "Terraform no longer ignores the task definition of a service that ECS releases",
        "The next apply releases the image that the service was created with.",
        BY_ECS,
        drop(_SERVICE, "lifecycle/ignore_changes/task_definition"),
    ),
    Mutant(
        "ecs-load-balancer-ignored",
        "Terraform ignores the load balancer of a service that ECS releases, as it does for CodeDeploy",
        "Whoever moves traffic by hand is never found out, and no change of the settings arrives.",
        BY_ECS,
        add(_SERVICE, "lifecycle/ignore_changes", "load_balancer"),
    ),
    Mutant(
        "ecs-rule-action-not-ignored",
        "Terraform no longer ignores where the production rule of a service that ECS releases forwards to",
        "The next apply sends all users to the colour that is not there any more.",
        BY_ECS,
        drop("service-web/rules/production", "lifecycle"),
    ),
    Mutant(
        "ecs-one-colour-twice",
        "ECS has blue's target group for both colours",
        "There is nowhere to put green: every release fails.",
        BY_ECS,
        put(
            _SERVICE,
            f"{_BALANCER}/alternate_target_group_arn",
            "${aws_lb_target_group.service-web_target-groups_blue.arn}",
        ),
    ),
    Mutant(
        "ecs-green-of-the-neighbour",
        "ECS has another service's green",
        "Releases put tasks where another service's requests go.",
        BY_ECS,
        put(
            _SERVICE,
            f"{_BALANCER}/alternate_target_group_arn",
            "${aws_lb_target_group.service-api_target-groups_green.arn}",
        ),
    ),
    Mutant(
        "ecs-rules-swapped",
        "production and test rule of a service that ECS releases are swapped",
        "Users get green before anybody has tested it, and the release never moves them.",
        BY_ECS,
        together(
            put(_SERVICE, f"{_BALANCER}/production_listener_rule", _TEST_RULE),
            put(_SERVICE, f"{_BALANCER}/test_listener_rule", _PRODUCTION_RULE),
        ),
    ),
    Mutant(
        "ecs-no-test-rule",
        "a service that ECS releases has no test rule",
        "Nobody can look at green before users do, and the smoke test finds nothing.",
        BY_ECS,
        drop(_SERVICE, f"{_BALANCER}/test_listener_rule"),
    ),
    Mutant(
        "ecs-does-not-know-the-colours",
        "what ECS needs to know of the colours was removed",
        "Blue/green needs it: the apply fails, or users are cut off.",
        BY_ECS,
        drop(_SERVICE, _BALANCER),
    ),
    Mutant(
        "ecs-with-the-wrong-role",
        "ECS is to move traffic with the application's role",
        "It may not: every release fails when traffic is to move.",
        BY_ECS,
        put(_SERVICE, f"{_BALANCER}/role_arn", "${aws_iam_role.service-web_roles_task_role.arn}"),
    ),
    Mutant(
        "ecs-no-smoke-test",
        "ECS no longer calls the smoke test",
        "Green gets users without anybody having asked it anything.",
        BY_ECS,
        drop(_SERVICE, f"{_HOW}/lifecycle_hook"),
    ),
    Mutant(
        "ecs-smoke-test-too-late",
        "ECS calls the smoke test after users were moved",
        "Users meet what it would have found.",
        BY_ECS,
        put(_SERVICE, f"{_HOW}/lifecycle_hook/lifecycle_stages", ["POST_PRODUCTION_TRAFFIC_SHIFT"]),
    ),
    Mutant(
        "ecs-no-approval",
        "the approval before a release by ECS was removed",
        "Every push is in production a quarter of an hour later.",
        BY_ECS,
        drop(_PIPELINE, "stage/Approval"),
    ),
    Mutant(
        "ecs-approval-after-the-release",
        "the approval stands after a release by ECS",
        "What is asked for is already with the users.",
        BY_ECS,
        move(_PIPELINE, "stage", "Deploy", before="Approval"),
    ),
    Mutant(
        "ecs-codedeploys-controller",
        "the deployment controller of a service that ECS releases is CodeDeploy",
        "The service is replaced, and nothing releases it any more.",
        BY_ECS,
        put(_SERVICE, "deployment_controller/type", "CODE_DEPLOY"),
    ),
)
