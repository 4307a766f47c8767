"""What looks at a release: alarms, the smoke test, and who calls it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tealform.service import lambda_packages
from tealform.settings.loader import LoadedEnvironment
from tealform.settings.service import Service
from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.verify.assertions.assertion import Fact


def facts(aws: EmulatedAws, settings: LoadedEnvironment) -> Iterator[Fact]:
    """The same for each service."""
    for name, service in settings.environment.service.items():
        yield from _alarms(aws, settings, name, service)
        yield from _smoke_test(aws, settings, name, service)


def alarm_names(settings: LoadedEnvironment, name: str) -> list[str]:
    """The alarms that roll a service's release back, its own and those that are named, sorted."""
    alarms = settings.environment.service[name].release.alarms
    return sorted([*alarms.names, *_thresholds(settings, name)])


def _thresholds(settings: LoadedEnvironment, name: str) -> dict[str, float]:
    """The thresholds of a service's own alarms, by name."""
    alarms = settings.environment.service[name].release.alarms
    thresholds = {
        "unhealthy": float(alarms.unhealthy_targets),
        "errors": float(alarms.errors_percent),
        "latency": alarms.latency_milliseconds / 1000,
    }
    kinds = alarms.kinds(settings.environment.load_balancer.type)
    colours = ("blue", "green")
    return {settings.context.name(name, colour, kind): thresholds[kind] for kind in kinds for colour in colours}


def _alarms(aws: EmulatedAws, settings: LoadedEnvironment, name: str, service: Service) -> Iterator[Fact]:
    wanted, path = service.release.alarms, ("service", name, "release", "alarms")
    found = _own_alarms(aws, settings, name)
    thresholds = {alarm: each["Threshold"] for alarm, each in found.items()}
    yield Fact(path, f"thresholds of {name}'s alarms", _thresholds(settings, name), thresholds)
    for alarm, each in sorted(found.items()):
        minutes = (each["EvaluationPeriods"], each["DatapointsToAlarm"], each["TreatMissingData"])
        yield Fact(path, f"minutes of {alarm}", (wanted.minutes, wanted.minutes, "notBreaching"), minutes)
        colour = alarm.split("-")[-2]
        watched = sorted({_group_of(metric) for metric in _metrics(each)})
        yield Fact(path, f"what {alarm} watches", [settings.context.name(name, colour)], watched)


def _own_alarms(aws: EmulatedAws, settings: LoadedEnvironment, name: str) -> dict[str, dict[str, Any]]:
    """Those on one of a service's colours."""
    cloudwatch, beginning = aws.client("cloudwatch", settings.context.region), settings.context.name(name)
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=beginning)
    own = re.compile(rf"{re.escape(beginning)}-(blue|green)-\w+")
    return {
        each["AlarmName"]: each for page in pages for each in page["MetricAlarms"] if own.fullmatch(each["AlarmName"])
    }


def _metrics(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics of an alarm, be it on one or on what is computed from several."""
    queries = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", []) if "MetricStat" in each]
    return queries or [alarm]


def _group_of(metric: dict[str, Any]) -> str:
    """The name of the target group that a metric is of."""
    (group,) = (each["Value"] for each in metric["Dimensions"] if each["Name"] == "TargetGroup")
    return str(group).split("/")[1]


def _smoke_test(aws: EmulatedAws, settings: LoadedEnvironment, name: str, service: Service) -> Iterator[Fact]:
    test, path = service.release.smoke_test, ("service", name, "release", "smoke_test")
    functions = aws.client("lambda", settings.context.region)
    function = settings.context.name(name, "smoke-test")
    there = [each["FunctionName"] for each in functions.list_functions()["Functions"]]
    yield Fact(path, f"{name}'s smoke test", test is not None, function in there)
    if test is None or function not in there:
        return
    found = functions.get_function_configuration(FunctionName=function)
    variables = found["Environment"]["Variables"]
    asked = {key: variables.get(key) for key in ("URL_PATH", "EXPECT", "SECONDS", "PORT", "PROTOCOL")}
    balancer = settings.environment.load_balancer
    wanted = {
        "URL_PATH": test.path,
        "EXPECT": str(test.expect),
        "SECONDS": str(test.timeout_seconds),
        "PORT": str(balancer.test_port),
        "PROTOCOL": balancer.protocol,
    }
    yield Fact(path, f"what {name}'s smoke test asks", wanted, asked)
    yield Fact(path, f"program of {name}'s smoke test", lambda_packages.SMOKE_TEST.hash, found["CodeSha256"])
    logs = found["LoggingConfig"]["LogGroup"]
    yield Fact(path, f"logs of {name}'s smoke test", settings.context.log_group(name, "smoke-test"), logs)
    yield Fact(path, f"time of {name}'s smoke test", True, found["Timeout"] > test.timeout_seconds)
