"""How releases happen: alarms and the smoke test, the deployment group of CodeDeploy, or ECS's own blue/green."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tealform.pipeline.codedeploy_deployment import predefined_config
from tealform.pipeline.cross_account_role import parameter_path
from tealform.service import lambda_packages
from tealform.settings.loader import LoadedEnvironment
from tealform.settings.release import SMOKE_TEST_STAGE, Release
from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.verify import routes
from tealform_harness.verify.assertions.assertion import Assertion, ServiceView, list_services
from tealform_harness.verify.assertions.delivery import filling_project

_STRATEGIES = {"all_at_once": "BLUE_GREEN", "canary": "CANARY", "linear": "LINEAR"}


def check(aws: EmulatedAws, settings: LoadedEnvironment) -> Iterator[Assertion]:
    """Check the alarms and the smoke test of each service."""
    for view in list_services(aws, settings):
        yield from _alarms(view)
        yield from _smoke_test(view)


def check_codedeploy(aws: EmulatedAws, settings: LoadedEnvironment) -> Iterator[Assertion]:
    """Check the deployment group of each service that CodeDeploy releases."""
    for view in list_services(aws, settings):
        if view.service.release.engine == "codedeploy":
            group = view.client("codedeploy").get_deployment_group(
                applicationName=view.full_name, deploymentGroupName=view.full_name
            )["deploymentGroupInfo"]
            yield from _pace(view, group)
            yield from _waits(view, group)
            yield from _rollback(view, group)
            yield from _listeners(view, group)
            yield from _hooks(view)


def check_ecs(aws: EmulatedAws, settings: LoadedEnvironment) -> Iterator[Assertion]:
    """Check the deployment configuration of each service that ECS releases."""
    for view in list_services(aws, settings):
        if view.service.release.engine == "ecs":
            yield from _ecs(view)


def _thresholds(view: ServiceView) -> dict[str, float]:
    """Return the thresholds of a service's own alarms, by name."""
    alarms = view.service.release.alarms
    thresholds = {
        "unhealthy": float(alarms.unhealthy_targets),
        "errors": float(alarms.errors_percent),
        "latency": alarms.latency_milliseconds / 1000,
    }
    kinds = alarms.kinds(view.settings.environment.load_balancer.type)
    return {view.name_with(color, kind): thresholds[kind] for kind in kinds for color in ("blue", "green")}


def _alarm_names(view: ServiceView) -> list[str]:
    """Return the alarms that roll a service's release back, its own and those that are named, sorted."""
    return sorted([*view.service.release.alarms.names, *_thresholds(view)])


def _alarms(view: ServiceView) -> Iterator[Assertion]:
    minutes, found = view.service.release.alarms.minutes, _list_own_alarms(view)
    thresholds = {alarm: each["Threshold"] for alarm, each in found.items()}
    yield view.expect("release.alarms", f"thresholds of {view.name}'s alarms", _thresholds(view), thresholds)
    for alarm, each in sorted(found.items()):
        periods = (each["EvaluationPeriods"], each["DatapointsToAlarm"], each["TreatMissingData"])
        yield view.expect("release.alarms", f"minutes of {alarm}", (minutes, minutes, "notBreaching"), periods)
        # An alarm is on one metric, or on what is computed from several.
        metrics = [query["MetricStat"]["Metric"] for query in each.get("Metrics", []) if "MetricStat" in query]
        watched = sorted({_target_group(metric) for metric in metrics or [each]})
        yield view.expect("release.alarms", f"what {alarm} watches", [view.name_with(alarm.split("-")[-2])], watched)


def _list_own_alarms(view: ServiceView) -> dict[str, dict[str, Any]]:
    """List the alarms on one of a service's colors."""
    pages = view.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=view.full_name)
    own = re.compile(rf"{re.escape(view.full_name)}-(blue|green)-\w+")
    return {
        each["AlarmName"]: each for page in pages for each in page["MetricAlarms"] if own.fullmatch(each["AlarmName"])
    }


def _target_group(metric: dict[str, Any]) -> str:
    (group,) = (each["Value"] for each in metric["Dimensions"] if each["Name"] == "TargetGroup")
    return str(group).split("/")[1]


def _smoke_test(view: ServiceView) -> Iterator[Assertion]:
    test, functions, function = view.service.release.smoke_test, view.client("lambda"), view.name_with("smoke-test")
    exists = function in [each["FunctionName"] for each in functions.list_functions()["Functions"]]
    yield view.expect("release.smoke_test", f"{view.name}'s smoke test", test is not None, exists)
    if test is None or not exists:
        return
    found = functions.get_function_configuration(FunctionName=function)
    balancer = view.settings.environment.load_balancer
    wanted = {
        "URL_PATH": test.path,
        "EXPECT": str(test.expect),
        "SECONDS": str(test.timeout_seconds),
        "PORT": str(balancer.test_port),
        "PROTOCOL": balancer.protocol,
    }
    log_group = view.settings.context.log_group(view.name, "smoke-test")
    for about, expected, actual in (
        (
            f"what {view.name}'s smoke test asks",
            wanted,
            {key: found["Environment"]["Variables"].get(key) for key in wanted},
        ),
        (f"program of {view.name}'s smoke test", lambda_packages.SMOKE_TEST.hash, found["CodeSha256"]),
        (f"logs of {view.name}'s smoke test", log_group, found["LoggingConfig"]["LogGroup"]),
        (f"time of {view.name}'s smoke test", True, found["Timeout"] > test.timeout_seconds),
    ):
        yield view.expect("release.smoke_test", about, expected, actual)


def _smoke_test_arn(view: ServiceView) -> str:
    return view.settings.context.arn("lambda", f"function:{view.name_with('smoke-test')}")


def _pace(view: ServiceView, group: dict[str, Any]) -> Iterator[Assertion]:
    release, config = view.service.release, group["deploymentConfigName"]
    if expected := predefined_config(release):
        yield view.expect("release", f"{view.name}'s pace", expected, config)
        return
    found = view.client("codedeploy").get_deployment_config(deploymentConfigName=config)["deploymentConfigInfo"]
    steps = found["trafficRoutingConfig"][f"timeBased{release.strategy.capitalize()}"]
    pace = (steps[f"{release.strategy}Percentage"], steps[f"{release.strategy}Interval"])
    yield view.expect("release", f"{view.name}'s pace", (release.percent, release.interval_minutes), pace)


def _waits(view: ServiceView, group: dict[str, Any]) -> Iterator[Assertion]:
    waits, release = group["blueGreenDeploymentConfiguration"], view.service.release
    blue = waits["terminateBlueInstancesOnDeploymentSuccess"].get("terminationWaitTimeInMinutes", 0)
    yield view.expect("release", f"minutes that {view.name} keeps blue", release.keep_blue_minutes, blue)
    ready = waits["deploymentReadyOption"]
    wanted = ("STOP_DEPLOYMENT" if release.hold_minutes else "CONTINUE_DEPLOYMENT", release.hold_minutes)
    found = (ready["actionOnTimeout"], ready.get("waitTimeInMinutes", 0))
    yield view.expect("release.hold_minutes", f"how {view.name}'s green is held", wanted, found)


def _rollback(view: ServiceView, group: dict[str, Any]) -> Iterator[Assertion]:
    rollback, alarms, names = (
        group["autoRollbackConfiguration"],
        group.get("alarmConfiguration", {}),
        _alarm_names(view),
    )
    events = ["DEPLOYMENT_FAILURE", *(["DEPLOYMENT_STOP_ON_ALARM"] if names else []), "DEPLOYMENT_STOP_ON_REQUEST"]
    found = sorted(rollback["events"]) if rollback["enabled"] else []
    yield view.expect("release", f"what rolls {view.name} back", events, found)
    watched = sorted(each["name"] for each in alarms.get("alarms", [])) if alarms.get("enabled") else []
    yield view.expect("release.alarms", f"alarms that roll {view.name} back", names, watched)


def _listeners(view: ServiceView, group: dict[str, Any]) -> Iterator[Assertion]:
    balancer = view.settings.environment.load_balancer
    (pair,) = group["loadBalancerInfo"]["targetGroupPairInfoList"]
    listeners = routes.describe_listeners(view.aws, view.settings)
    ports = {listener["ListenerArn"]: port for port, listener in listeners.items()}
    moved = {
        route: [ports.get(arn, arn) for arn in pair.get(f"{route}TrafficRoute", {}).get("listenerArns", [])]
        for route in ("prod", "test")
    }
    expected = {"prod": [balancer.port], "test": [balancer.test_port] if balancer.test_listener else []}
    yield view.expect("release", f"listeners that a release of {view.name} moves", expected, moved)
    groups = sorted(each["name"] for each in pair["targetGroups"])
    yield view.expect("release", f"{view.name}'s colours", [view.name_with("blue"), view.name_with("green")], groups)


def _hooks(view: ServiceView) -> Iterator[Assertion]:
    """Compare the hooks in the AppSpec, which the build fills."""
    found = {event: arn for hook in json.loads(_read_hooks(view)) for event, arn in hook.items()}
    release = view.service.release
    wanted = {"".join(part.capitalize() for part in key.split("_")): arn for key, arn in release.hooks.given().items()}
    if release.smoke_test:
        wanted["AfterAllowTestTraffic"] = _smoke_test_arn(view)
    yield view.expect("release.hooks", f"functions that a release of {view.name} calls", wanted, found)


def _read_hooks(view: ServiceView) -> str:
    """Read what fills the AppSpec's hooks: a variable of a build, or a parameter that another account reads."""
    if view.settings.environment.pipelines_in:
        path = parameter_path(view.settings.context, view.name)
        return str(view.client("ssm").get_parameter(Name=f"{path}/HOOKS")["Parameter"]["Value"])
    project_name = filling_project(view)
    (project,) = view.client("codebuild").batch_get_projects(names=[project_name])["projects"]
    variables = project["environment"]["environmentVariables"]
    return next(str(each["value"]) for each in variables if each["name"] == "HOOKS")


def _ecs(view: ServiceView) -> Iterator[Assertion]:
    cluster = view.settings.context.name()
    answered = view.client("ecs").describe_services(cluster=cluster, services=[view.full_name])
    found, release = answered["services"][0]["deploymentConfiguration"], view.service.release
    pace = _ecs_pace(release)
    yield view.expect("release", f"{view.name}'s pace", pace, {key: found.get(key) for key in pace})
    alarms = found.get("alarms") or {"alarmNames": [], "enable": False, "rollback": False}
    watched = sorted(alarms["alarmNames"]) if alarms["enable"] and alarms["rollback"] else []
    yield view.expect("release.alarms", f"alarms that roll {view.name} back", _alarm_names(view), watched)
    wanted = {key.upper(): arn for key, arn in release.hooks.given().items()}
    if release.smoke_test:
        wanted[SMOKE_TEST_STAGE["ecs"].upper()] = _smoke_test_arn(view)
    hooks = {
        stage: hook["hookTargetArn"] for hook in found.get("lifecycleHooks", []) for stage in hook["lifecycleStages"]
    }
    yield view.expect("release.hooks", f"functions that a release of {view.name} calls", wanted, hooks)


def _ecs_pace(release: Release) -> dict[str, object]:
    percent, minutes = float(release.percent), release.interval_minutes
    canary = {"canaryPercent": percent, "canaryBakeTimeInMinutes": minutes}
    linear = {"stepPercent": percent, "stepBakeTimeInMinutes": minutes}
    return {
        "strategy": _STRATEGIES[release.strategy],
        "bakeTimeInMinutes": release.keep_blue_minutes,
        "canaryConfiguration": canary if release.strategy == "canary" else None,
        "linearConfiguration": linear if release.strategy == "linear" else None,
    }
