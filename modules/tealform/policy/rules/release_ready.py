"""Green either waits for somebody, or takes the traffic at once."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, number
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(group: Resource, _environment: Environment) -> Iterator[str]:
    option = at(group.body, "blue_green_deployment_config", "deployment_ready_option")
    action, wait = at(option, "action_on_timeout"), at(option, "wait_time_in_minutes")
    minutes = 0 if wait is None else number(wait)
    if minutes is None:
        yield f"wait_time_in_minutes is {wait}, which is no number"
    elif action == "STOP_DEPLOYMENT" and minutes <= 0:
        yield "STOP_DEPLOYMENT needs a wait_time_in_minutes above 0"
    elif action == "CONTINUE_DEPLOYMENT" and minutes != 0:
        yield f"CONTINUE_DEPLOYMENT does not wait, but wait_time_in_minutes is {minutes}"
    elif action not in ("STOP_DEPLOYMENT", "CONTINUE_DEPLOYMENT"):
        yield f"action_on_timeout is {action or 'missing'}, not STOP_DEPLOYMENT or CONTINUE_DEPLOYMENT"


CHECK = Check(
    Rule(
        id="TEAL_RELEASE_READY",
        severity="high",
        title="A release that waits for somebody says how long, and one that goes on does not wait",
        why="CodeDeploy refuses the deployment group, or stops every release before anybody could send it on.",
        fix="Use STOP_DEPLOYMENT with a wait_time_in_minutes above 0, or CONTINUE_DEPLOYMENT without one.",
        link="https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentReadyOption.html",
        setting="service.<name>.release.hold_minutes",
    ),
    types=(deployments.CODEDEPLOY,),
    judge=_judge,
)
