"""ECS services: who owns what of them, and where their tasks run."""

from __future__ import annotations

from tealform_harness.mutation.edits import add, drop, put, together
from tealform_harness.mutation.mutant import Mutant

_SERVICE = "service-web/service"
_IGNORED = "lifecycle/ignore_changes"

MUTANTS = (
    Mutant(
        "task-definition-not-ignored",
        "Terraform no longer ignores the task definition of a service that CodeDeploy releases",
        "The next apply after a release fails: UpdateService refuses a task definition under CODE_DEPLOY.",
        "prod",
        drop(_SERVICE, f"{_IGNORED}/task_definition"),
    ),
    Mutant(
        "load-balancer-not-ignored",
        "Terraform no longer ignores the load balancer of a service that CodeDeploy releases",
        "After a release the next plan replaces the service, for green's target group is not the one it was made with.",
        "prod",
        drop(_SERVICE, f"{_IGNORED}/load_balancer"),
    ),
    Mutant(
        "network-not-ignored",
        "Terraform no longer ignores the network configuration of a service that CodeDeploy releases",
        "A change of subnets makes the apply fail, and until then nobody knows.",
        "prod",
        drop(_SERVICE, f"{_IGNORED}/network_configuration"),
    ),
    Mutant(
        "capacity-not-ignored",
        "Terraform no longer ignores the capacity providers of a service that CodeDeploy releases",
        "A change of the share of Spot forces a new deployment, which CODE_DEPLOY refuses.",
        "prod",
        drop(_SERVICE, f"{_IGNORED}/capacity_provider_strategy"),
    ),
    Mutant(
        "desired-count-not-ignored",
        "Terraform no longer ignores the desired count that autoscaling sets",
        "An apply at the busiest hour scales twelve tasks down to three.",
        "prod",
        drop(_SERVICE, f"{_IGNORED}/desired_count"),
    ),
    Mutant(
        "service-lifecycle-gone",
        "the lifecycle block of a service was removed",
        "Each apply works against CodeDeploy and autoscaling.",
        "prod",
        drop(_SERVICE, "lifecycle"),
    ),
    Mutant(
        "service-ignores-all",
        "a service ignores all changes",
        "Terraform never mends anything of it again, and the plan says that all is well.",
        "prod",
        put(_SERVICE, _IGNORED, "all"),
    ),
    Mutant(
        "service-ignores-exec",
        "a service ignores changes of enable_execute_command too",
        "Whoever allows shells in production by hand is never found out.",
        "prod",
        add(_SERVICE, _IGNORED, "enable_execute_command"),
    ),
    Mutant(
        "service-ignores-exec-quoted",
        "what a service ignores is one text instead of a list",
        "Terraform refuses it at best; at worst everything is ignored but what was meant.",
        "prod",
        put(_SERVICE, _IGNORED, "desired_count"),
    ),
    Mutant(
        "tasks-with-public-addresses",
        "tasks of a service get public addresses",
        "Each task can be reached from the internet, past the load balancer and its web ACL.",
        "prod",
        put(_SERVICE, "network_configuration/assign_public_ip", True),
    ),
    Mutant(
        "tasks-in-public-subnets",
        "tasks of a service run in the public subnets",
        "Without public addresses they reach neither ECR nor logs, and with one they are on the internet.",
        "prod",
        put(
            _SERVICE,
            "network_configuration/subnets",
            [f"${{aws_subnet.network_vpc_public-{zone}.id}}" for zone in "acd"],
        ),
    ),
    Mutant(
        "tasks-in-one-zone",
        "tasks of a service run in one subnet only",
        "When the zone fails, so does the service.",
        "prod",
        put(_SERVICE, "network_configuration/subnets", ["${aws_subnet.network_vpc_private-a.id}"]),
    ),
    Mutant(
        "tasks-in-the-balancers-security-group",
        "tasks of a service are in the load balancer's security group",
        "The load balancer's port is open to the world on each task, and its own requests do not come through.",
        "prod",
        put(
            _SERVICE,
            "network_configuration/security_groups",
            ["${aws_security_group.load-balancer_security-group.id}"],
        ),
    ),
    Mutant(
        "tasks-in-the-default-security-group",
        "the security groups of a service were removed",
        "Tasks get the VPC's default group, which lets nothing in and nothing out.",
        "prod",
        drop(_SERVICE, "network_configuration/security_groups"),
    ),
    Mutant(
        "shells-in-production",
        "ECS Exec is on for a service in production",
        "Whoever may call ExecuteCommand has a shell with the task's role and its secrets.",
        "prod",
        put(_SERVICE, "enable_execute_command", True),
    ),
    Mutant(
        "rolling-controller",
        "the deployment controller of a service is ECS, while CodeDeploy is to release it",
        "Terraform replaces the service, and every release fails: CodeDeploy takes services of its own only.",
        "prod",
        put(_SERVICE, "deployment_controller/type", "ECS"),
    ),
    Mutant(
        "controller-gone",
        "the deployment controller of a service was removed",
        "It becomes ECS, the default: the service is replaced and every release fails.",
        "prod",
        drop(_SERVICE, "deployment_controller"),
    ),
    Mutant(
        "service-starts-on-green",
        "a service is created in green's target group",
        "Production's rule forwards to blue, where no task is: the first thing that users see is an error.",
        "prod",
        put(
            _SERVICE,
            "load_balancer/target_group_arn",
            "${aws_lb_target_group.service-web_target-groups_green.arn}",
        ),
    ),
    Mutant(
        "service-in-the-neighbours-target-group",
        "a service is created in another service's target group",
        "Requests for one service are answered by the other.",
        "prod",
        put(
            _SERVICE,
            "load_balancer/target_group_arn",
            "${aws_lb_target_group.service-api_target-groups_blue.arn}",
        ),
    ),
    Mutant(
        "service-with-the-neighbours-task-definition",
        "a service starts another service's task definition",
        "The container's name is not the one that the target group is told of: the service cannot be created.",
        "prod",
        put(_SERVICE, "task_definition", "${aws_ecs_task_definition.service-api_task-definition.arn}"),
    ),
    Mutant(
        "spot-only-production",
        "all tasks of a service in production are on Spot",
        "When capacity runs short, AWS takes all of them back within two minutes.",
        "prod",
        put(_SERVICE, "capacity_provider_strategy/capacity_provider", "FARGATE_SPOT"),
    ),
    Mutant(
        "service-depends-on-nothing",
        "the dependencies of a service were removed",
        "It is created before its rules (which AWS refuses) and destroyed after them (which hangs).",
        "prod",
        drop(_SERVICE, "depends_on"),
    ),
    Mutant(
        "old-platform-version",
        "a service runs on platform version 1.3.0",
        "It has no keys of JSON secrets, no ephemeral storage by choice, and no fixes any more.",
        "prod",
        put(_SERVICE, "platform_version", "1.3.0"),
    ),
    Mutant(
        "forced-deployments",
        "Terraform forces a new deployment of a service that CodeDeploy releases",
        "Each apply that changes the service fails: CODE_DEPLOY refuses to be forced.",
        "prod",
        put(_SERVICE, "force_new_deployment", True),
    ),
    Mutant(
        "no-grace-for-new-tasks",
        "new tasks have no time to start before their health checks count",
        "ECS stops tasks that are still starting, again and again.",
        "prod",
        put(_SERVICE, "health_check_grace_period_seconds", 0),
    ),
    Mutant(
        "no-container-insights",
        "Container Insights is off for the cluster",
        "Nobody sees what tasks use, nor why they were stopped.",
        "prod",
        put("cluster/cluster", "setting/containerInsights/value", "disabled"),
    ),
    Mutant(
        "shells-without-a-log",
        "what is typed in shells of ECS Exec is not logged",
        "Whoever had a shell leaves no trace.",
        "prod",
        together(
            put("cluster/cluster", "configuration/execute_command_configuration/logging", "NONE"),
            drop("cluster/cluster", "configuration/execute_command_configuration/log_configuration"),
        ),
    ),
)
