"""A role is taken by the service that works with it, for this account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tealform.policy import resource_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_USERS: Mapping[tuple[str, str], str] = {
    ("aws_chatbot_slack_channel_configuration", "iam_role_arn"): "chatbot",
    ("aws_chatbot_teams_channel_configuration", "iam_role_arn"): "chatbot",
    ("aws_cloudwatch_event_target", "role_arn"): "events",
    ("aws_codebuild_project", "service_role"): "codebuild",
    ("aws_codedeploy_deployment_group", "service_role_arn"): "codedeploy",
    ("aws_codepipeline", "role_arn"): "codepipeline",
    ("aws_ecs_service", "deployment_configuration"): "ecs",
    ("aws_ecs_service", "load_balancer"): "ecs",
    ("aws_ecs_task_definition", "execution_role_arn"): "ecs-tasks",
    ("aws_ecs_task_definition", "task_role_arn"): "ecs-tasks",
    ("aws_flow_log", "iam_role_arn"): "vpc-flow-logs",
    ("aws_lambda_function", "role"): "lambda",
}
"""Which service takes the role that an argument, or something in a block, names."""

_ACCOUNT = "aws:SourceAccount"


def _judge(role: Resource, environment: Environment) -> Iterator[str]:
    trusted = resource_access.trusted_principals(role, environment)
    for (kind, argument), service in _USERS.items():
        users = environment.referring(role, kind, argument)
        if users and not any(who.startswith(f"{service}.amazonaws.com") for who in trusted):
            yield f"{users[0].address} works with it, and {service}.amazonaws.com may not take it"
    own = resource_access.account(environment)
    for statement in resource_access.trust(role, environment):
        for condition in statement.conditions:
            if condition.variable == _ACCOUNT and condition.values != (own,):
                yield f"may be taken on behalf of {', '.join(condition.values)}, where {own} is meant"


CHECK = Check(
    Rule(
        id="TEAL_POLICY_TRUST",
        severity="high",
        title="Roles are taken by the services that work with them, on behalf of their own account",
        why="A role that its service may not take fails the first release; one for another account's sake does a stranger's work",
        fix="Let the role's trust name the service that works with it, and the environment's account in aws:SourceAccount",
        link="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    ),
    types=("aws_iam_role",),
    judge=_judge,
)
