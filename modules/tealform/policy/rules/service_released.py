"""A service of CodeDeploy has the one deployment group that releases it."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(service: Resource, environment: Environment) -> Iterator[str]:
    made = [each.resource.address for each in deployments.list_deployments(environment) if service in each.services]
    by_codedeploy = deployments.controller(service) == "CODE_DEPLOY"
    groups = [address for address in made if address != service.address]
    if by_codedeploy and not groups:
        yield "no deployment group of CodeDeploy releases it"
    if by_codedeploy and len(groups) > 1:
        yield f"more than one deployment group releases it: {', '.join(groups)}"
    if not by_codedeploy and groups:
        yield f"its deployment controller is {deployments.controller(service)}, but {', '.join(groups)} would release it"


CHECK = Check(
    Rule(
        id="TEAL_SERVICE_RELEASED",
        severity="high",
        title="Exactly one thing releases a service",
        why="A service of CodeDeploy without a deployment group keeps its first version for ever, for nothing else may "
        "change it; with two they take the traffic from each other.",
        fix="Give the service one aws_codedeploy_deployment_group whose ecs_service refers to it; none with engine "
        "ecs.",
        link="https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-groups-create-ecs.html",
        setting="service.<name>.release.engine",
    ),
    types=("aws_ecs_service",),
    judge=_judge,
)
