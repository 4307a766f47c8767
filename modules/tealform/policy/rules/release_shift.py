"""Traffic is moved in a way that the platform and the load balancer can."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_ALL_AT_ONCE = "CodeDeployDefault.ECSAllAtOnce"
_PREDEFINED = {
    _ALL_AT_ONCE,
    "CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
    "CodeDeployDefault.ECSLinear10PercentEvery3Minutes",
    "CodeDeployDefault.ECSCanary10Percent5Minutes",
    "CodeDeployDefault.ECSCanary10Percent15Minutes",
}


def _judge(group: Resource, environment: Environment) -> Iterator[str]:
    name = group.body.get("deployment_config_name")
    own = environment.referred(name)
    if not own and str(name) not in _PREDEFINED:
        shown = name or "missing"
        yield f"deployment_config_name is {shown}, which is neither CodeDeploy's own for ECS nor of this environment"
    for config in own:
        if (platform := config.body.get("compute_platform", "Server")) != "ECS":
            yield f"{config.address} is for {platform}, not for ECS"
    if _network(group, environment) and not _all_at_once(name, own):
        yield "it divides the traffic of a network load balancer, which can only move at once"


def _network(group: Resource, environment: Environment) -> bool:
    listeners = deployments.parse_deployment(group, environment).production
    balancers = (each for route in listeners for each in environment.referred(route.body.get("load_balancer_arn")))
    return any(each.body.get("load_balancer_type") == "network" for each in balancers)


def _all_at_once(name: object, own: tuple[Resource, ...]) -> bool:
    return name == _ALL_AT_ONCE or any(at(each.body, "traffic_routing_config", "type") == "AllAtOnce" for each in own)


CHECK = Check(
    Rule(
        id="TEAL_RELEASE_SHIFT",
        severity="medium",
        title="Traffic moves in steps that CodeDeploy knows and the load balancer can take",
        why="CodeDeploy refuses the deployment group, or every release fails when traffic should move.",
        fix="Use one of the configurations for ECS, with a network load balancer the one that moves all at once.",
        link="https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html",
        setting="service.<name>.release.strategy",
    ),
    types=(deployments.CODEDEPLOY,),
    judge=_judge,
)
