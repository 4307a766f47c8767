"""CodeDeploy may do all that a release takes."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from tealform.policy import deployments, resource_access
from tealform.policy.check import Check
from tealform.policy.deployments import Deployment, forwards_to
from tealform.policy.environment import Environment, at, is_true
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_ALWAYS = (
    "ecs:CreateTaskSet",
    "ecs:DeleteTaskSet",
    "ecs:DescribeServices",
    "ecs:UpdateServicePrimaryTaskSet",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTargetGroups",
    "iam:PassRole",
)
_ALARMS = "cloudwatch:DescribeAlarms"
_MOVING = {
    "aws_lb_listener": "elasticloadbalancing:ModifyListener",
    "aws_lb_listener_rule": "elasticloadbalancing:ModifyRule",
}


def _judge(group: Resource, environment: Environment) -> Iterator[str]:
    release = deployments.parse_deployment(group, environment)
    [role] = _role(group, environment)
    needed = [*_ALWAYS, *([_ALARMS] if is_true(at(group.body, "alarm_configuration", "enabled")) else [])]
    yield from (
        f"{role.address} may not {each}"
        for each in needed
        if not resource_access.allowing_statements(role, each, environment)
    )
    for route in _turned(release, environment):
        action = _MOVING[route.type]
        if not _may(role, action, route, environment):
            yield f"{role.address} may not {action} of {route.address}"


def _role(group: Resource, environment: Environment) -> tuple[Resource, ...]:
    found = environment.referred(group.body.get("service_role_arn"))
    return tuple(each for each in found if resource_access.has_only_generated_policies(each, environment))


def _turned(release: Deployment, environment: Environment) -> Iterator[Resource]:
    """The listeners and rules that lead to the release's target groups, which CodeDeploy changes."""
    for route in (*release.production, *release.test):
        for each in (route, *environment.referring(route, "aws_lb_listener_rule", "listener_arn")):
            if each.type in _MOVING and any(group in release.target_groups for group in forwards_to(each, environment)):
                yield each


def _may(role: Resource, action: str, route: Resource, environment: Environment) -> bool:
    arn = resource_access.arn(route, environment)
    named = [
        each
        for statement in resource_access.allowing_statements(role, action, environment)
        for each in statement.resources
    ]
    if arn not in named:
        return any(fnmatchcase(arn, each) for each in named)
    # AWS chooses what tells one rule's ARN from another's: here they differ by what is referred to alone.
    documents = _documents(role, environment)
    return not documents or any(route in environment.referred(each.body) for each in documents)


def _documents(role: Resource, environment: Environment) -> tuple[Resource, ...]:
    """The policy documents of a role, those of policies that are attached to it as well."""
    attached = environment.referring(role, "aws_iam_role_policy_attachment", "role")
    policies = environment.referred([each.body.get("policy_arn") for each in attached])
    inline = environment.referring(role, "aws_iam_role_policy", "role")
    return environment.referred([each.body.get("policy") for each in (*inline, *policies)])


def _can_be_judged(group: Resource, environment: Environment) -> bool:
    return len(_role(group, environment)) == 1


CHECK = Check(
    Rule(
        id="TEAL_POLICY_RELEASES",
        severity="high",
        title="The role of a deployment group may do all that a release takes",
        why="Each release fails, some after green is up, or no alarm ever stops one: what CodeDeploy may not see or move is found "
        "out when it tries.",
        fix="Give the role what `tealform synth` gives it: task sets, the listeners and rules of its service, alarms.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/codedeploy_IAM_role.html",
    ),
    types=(deployments.CODEDEPLOY,),
    judge=_judge,
    applies=_can_be_judged,
)
