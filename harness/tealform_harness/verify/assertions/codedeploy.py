"""How CodeDeploy makes a release."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tealform.pipeline.codedeploy_deployment import predefined
from tealform.pipeline.cross_account_role import parameter_path
from tealform.settings.loader import LoadedEnvironment
from tealform.settings.service import Service
from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.verify import routes
from tealform_harness.verify.assertions.assertion import Fact
from tealform_harness.verify.assertions.delivery import filling_project
from tealform_harness.verify.assertions.release import alarm_names


def facts(aws: EmulatedAws, settings: LoadedEnvironment) -> Iterator[Fact]:
    """The same for each service that CodeDeploy releases."""
    for name, service in settings.environment.service.items():
        if service.release.engine == "codedeploy":
            full_name = settings.context.name(name)
            answered = aws.client("codedeploy", settings.context.region).get_deployment_group(
                applicationName=full_name, deploymentGroupName=full_name
            )
            group = answered["deploymentGroupInfo"]
            yield from _pace(aws, settings, name, group)
            yield from _waits(name, service, group)
            yield from _rollback(settings, name, group)
            yield from _listeners(aws, settings, name, group)
            yield from _hooks(aws, settings, name, service)


def _pace(aws: EmulatedAws, settings: LoadedEnvironment, name: str, group: dict[str, Any]) -> Iterator[Fact]:
    release, config = settings.environment.service[name].release, group["deploymentConfigName"]
    if expected := predefined(release):
        yield Fact(("service", name, "release"), f"{name}'s pace", expected, config)
        return
    deploy = aws.client("codedeploy", settings.context.region)
    told = deploy.get_deployment_config(deploymentConfigName=config)["deploymentConfigInfo"]
    steps = told["trafficRoutingConfig"][f"timeBased{release.strategy.capitalize()}"]
    found = (steps[f"{release.strategy}Percentage"], steps[f"{release.strategy}Interval"])
    yield Fact(("service", name, "release"), f"{name}'s pace", (release.percent, release.interval_minutes), found)


def _waits(name: str, service: Service, group: dict[str, Any]) -> Iterator[Fact]:
    waits, release = group["blueGreenDeploymentConfiguration"], service.release
    blue = waits["terminateBlueInstancesOnDeploymentSuccess"].get("terminationWaitTimeInMinutes", 0)
    yield Fact(("service", name, "release"), f"minutes that {name} keeps blue", release.keep_blue_minutes, blue)
    ready = waits["deploymentReadyOption"]
    action = "STOP_DEPLOYMENT" if release.hold_minutes else "CONTINUE_DEPLOYMENT"
    yield Fact(
        ("service", name, "release", "hold_minutes"),
        f"how {name}'s green is held",
        (action, release.hold_minutes),
        (ready["actionOnTimeout"], ready.get("waitTimeInMinutes", 0)),
    )


def _rollback(settings: LoadedEnvironment, name: str, group: dict[str, Any]) -> Iterator[Fact]:
    rollback, alarms = group["autoRollbackConfiguration"], group.get("alarmConfiguration", {})
    names = alarm_names(settings, name)
    events = ["DEPLOYMENT_FAILURE", *(["DEPLOYMENT_STOP_ON_ALARM"] if names else []), "DEPLOYMENT_STOP_ON_REQUEST"]
    found = sorted(rollback["events"]) if rollback["enabled"] else []
    yield Fact(("service", name, "release"), f"what rolls {name} back", events, found)
    minded = sorted(each["name"] for each in alarms.get("alarms", [])) if alarms.get("enabled") else []
    yield Fact(("service", name, "release", "alarms"), f"alarms that roll {name} back", names, minded)


def _listeners(aws: EmulatedAws, settings: LoadedEnvironment, name: str, group: dict[str, Any]) -> Iterator[Fact]:
    wanted = settings.environment.load_balancer
    (pair,) = group["loadBalancerInfo"]["targetGroupPairInfoList"]
    ports = {listener["ListenerArn"]: port for port, listener in routes.listeners(aws, settings).items()}
    moved = {
        way: [ports.get(arn, arn) for arn in pair.get(f"{way}TrafficRoute", {}).get("listenerArns", [])]
        for way in ("prod", "test")
    }
    expected = {"prod": [wanted.port], "test": [wanted.test_port] if wanted.test_listener else []}
    yield Fact(("service", name, "release"), f"listeners that a release of {name} moves", expected, moved)
    groups = sorted(each["name"] for each in pair["targetGroups"])
    colours = [settings.context.name(name, colour) for colour in ("blue", "green")]
    yield Fact(("service", name, "release"), f"{name}'s colours", colours, groups)


def _hooks(aws: EmulatedAws, settings: LoadedEnvironment, name: str, service: Service) -> Iterator[Fact]:
    """They stand in the AppSpec, which the build fills."""
    found = {event: arn for hook in json.loads(_filled_from(aws, settings, name)) for event, arn in hook.items()}
    release = service.release
    wanted = {"".join(part.capitalize() for part in key.split("_")): arn for key, arn in release.hooks.given().items()}
    if release.smoke_test:
        function = settings.context.name(name, "smoke-test")
        wanted["AfterAllowTestTraffic"] = settings.context.arn("lambda", f"function:{function}")
    yield Fact(("service", name, "release", "hooks"), f"functions that a release of {name} calls", wanted, found)


def _filled_from(aws: EmulatedAws, settings: LoadedEnvironment, name: str) -> str:
    """What the AppSpec's hooks are filled from: a variable of a build, or a parameter that another account reads."""
    region = settings.context.region
    if settings.environment.pipelines_in:
        path = parameter_path(settings.context, name)
        return str(aws.client("ssm", region).get_parameter(Name=f"{path}/HOOKS")["Parameter"]["Value"])
    builds = aws.client("codebuild", region)
    (project,) = builds.batch_get_projects(names=[filling_project(settings, name)])["projects"]
    return next(
        str(each["value"]) for each in project["environment"]["environmentVariables"] if each["name"] == "HOOKS"
    )
