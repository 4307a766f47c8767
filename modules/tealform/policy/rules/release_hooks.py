"""A function that is there to look at a release is asked before users are moved."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tealform.policy import pipelines, resource_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, items, references
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_TOO_LATE = {"AfterAllowTraffic", "POST_PRODUCTION_TRAFFIC_SHIFT"}
_REPORTING = "codedeploy:PutLifecycleEventHookExecutionStatus"
_CALLING = "lambda:InvokeFunction"
_ECS = "ecs.amazonaws.com"
_VARIABLE = "HOOKS"


def _judge(function: Resource, environment: Environment) -> Iterator[str]:
    stages = [stage for stage, named in _hooks(environment) if function.address in references(named)]
    if not stages:
        yield "it may tell how a release is, and none asks it"
    elif _TOO_LATE.issuperset(stages):
        yield f"releases ask it in {', '.join(stages)}, when users have been moved"


def _hooks(environment: Environment) -> Iterator[tuple[str, object]]:
    """Each stage of a release with what is called in it."""
    for text in _of_codedeploy(environment):
        yield from ((stage, called) for hook in _read(text) for stage, called in hook.items())
    for service in environment.resources("aws_ecs_service"):
        for hook in blocks(at(service.body, "deployment_configuration", "lifecycle_hook")):
            yield from ((str(stage), hook.get("hook_target_arn")) for stage in items(hook.get("lifecycle_stages")))


def _of_codedeploy(environment: Environment) -> Iterator[str]:
    """What appspec.yml's hooks are filled from: a variable of a project, or a parameter where its pipeline is elsewhere."""
    for project in environment.resources("aws_codebuild_project"):
        for variable in pipelines.variables(project):
            if variable.get("name") == _VARIABLE:
                yield str(variable.get("value"))
    for parameter in environment.resources("aws_ssm_parameter"):
        if str(parameter.body.get("name")).endswith(f"/{_VARIABLE}"):
            yield str(parameter.body.get("insecure_value", parameter.body.get("value")))


def _read(text: str) -> Iterator[dict[str, object]]:
    try:
        yield from blocks(json.loads(text))
    except ValueError:
        return


def _looks_at_releases(function: Resource, environment: Environment) -> bool:
    """CodeDeploy's hooks report to it, and those of ECS are called in a role that it takes."""
    own = environment.referred(function.body.get("role"))
    if any(_REPORTING in each.actions for role in own for each in resource_access.role_statements(role, environment)):
        return True
    return any(
        _ECS in resource_access.trusted_principals(role, environment)
        and resource_access.may(role, _CALLING, function, environment)
        for role in environment.resources("aws_iam_role")
    )


CHECK = Check(
    Rule(
        id="TEAL_RELEASE_HOOKS",
        severity="high",
        title="A release asks the functions that look at it before users are moved",
        why="Users meet what the smoke test would have found, while everybody believes that it was asked.",
        fix="Name the function in HOOKS, or in a lifecycle_hook of the service, in a stage before production traffic moves.",
        link="https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html",
        setting="service.<name>.release.smoke_test",
    ),
    types=("aws_lambda_function",),
    judge=_judge,
    applies=_looks_at_releases,
)
