"""A pipeline starts its own service's tasks, with that service's roles."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import deployments, pipelines, resource_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_PASS = "iam:passrole"
"""IAM takes actions in any case."""

_ROLES = ("execution_role_arn", "task_role_arn")


def _releases_here(role: Resource, environment: Environment) -> bool:
    """Whether it is the role of what releases services of this environment."""
    return bool(_services(role, environment))


def _judge(role: Resource, environment: Environment) -> Iterator[str]:
    tasks = [
        task for each in _services(role, environment) for task in environment.referred(each.body.get("task_definition"))
    ]
    theirs = {
        resource_access.arn(each, environment)
        for task in tasks
        for each in environment.referred([task.body.get(argument) for argument in _ROLES])
    }
    for statement in resource_access.role_statements(role, environment):
        if statement.effect == "Allow" and _PASS in map(str.lower, statement.actions):
            yield from (f"may pass {each}" for each in statement.resources if each not in theirs)


def _services(role: Resource, environment: Environment) -> list[Resource]:
    """The services that a role of CodeDeploy's or of a pipeline releases."""
    groups = list(environment.referring(role, deployments.CODEDEPLOY, "service_role_arn"))
    for pipeline in environment.referring(role, "aws_codepipeline", "role_arn"):
        for action in pipelines.deployments(pipeline, environment):
            groups += environment.referred(action.configuration.get("DeploymentGroupName"))
    return [service for group in groups for service in deployments.parse_deployment(group, environment).services]


CHECK = Check(
    Rule(
        id="TEAL_POLICY_PASS",
        severity="high",
        title="What releases a service passes that service's roles, and no other",
        why="Whoever may change one service's release starts it with another one's role, and reads that one's secrets and data",
        fix="Name in the statement with iam:PassRole the task and execution role of the service alone",
        link="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    ),
    types=("aws_iam_role",),
    judge=_judge,
    applies=_releases_here,
)
