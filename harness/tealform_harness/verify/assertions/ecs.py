"""How Amazon ECS makes a release by itself."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.settings.loader import LoadedEnvironment
from tealform.settings.release import SMOKE_TEST_STAGE, Release
from tealform.settings.service import Service
from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.verify.assertions.assertion import Fact
from tealform_harness.verify.assertions.release import alarm_names

_STRATEGIES = {"all_at_once": "BLUE_GREEN", "canary": "CANARY", "linear": "LINEAR"}


def facts(aws: EmulatedAws, settings: LoadedEnvironment) -> Iterator[Fact]:
    """The same for each service that ECS releases."""
    for name, service in settings.environment.service.items():
        if service.release.engine == "ecs":
            yield from _of_service(aws, settings, name, service)


def _of_service(aws: EmulatedAws, settings: LoadedEnvironment, name: str, service: Service) -> Iterator[Fact]:
    release, context = service.release, settings.context
    answered = aws.client("ecs", context.region).describe_services(
        cluster=context.name(), services=[context.name(name)]
    )
    told = answered["services"][0]["deploymentConfiguration"]
    found = {key: told.get(key) for key in ("strategy", "bakeTimeInMinutes", "canaryConfiguration")}
    found["linearConfiguration"] = told.get("linearConfiguration")
    yield Fact(("service", name, "release"), f"{name}'s pace", _pace(release), found)
    alarms = told.get("alarms") or {"alarmNames": [], "enable": False, "rollback": False}
    minded = sorted(alarms["alarmNames"]) if alarms["enable"] and alarms["rollback"] else []
    yield Fact(
        ("service", name, "release", "alarms"), f"alarms that roll {name} back", alarm_names(settings, name), minded
    )
    hooks = {
        stage: hook["hookTargetArn"] for hook in told.get("lifecycleHooks", []) for stage in hook["lifecycleStages"]
    }
    yield Fact(
        ("service", name, "release", "hooks"),
        f"functions that a release of {name} calls",
        _hooks(settings, name, release),
        hooks,
    )


def _pace(release: Release) -> dict[str, object]:
    percent, minutes = float(release.percent), release.interval_minutes
    canary = {"canaryPercent": percent, "canaryBakeTimeInMinutes": minutes}
    linear = {"stepPercent": percent, "stepBakeTimeInMinutes": minutes}
    return {
        "strategy": _STRATEGIES[release.strategy],
        "bakeTimeInMinutes": release.keep_blue_minutes,
        "canaryConfiguration": canary if release.strategy == "canary" else None,
        "linearConfiguration": linear if release.strategy == "linear" else None,
    }


def _hooks(settings: LoadedEnvironment, name: str, release: Release) -> dict[str, str]:
    hooks = {key.upper(): arn for key, arn in release.hooks.given().items()}
    if release.smoke_test:
        function = settings.context.name(name, "smoke-test")
        hooks[SMOKE_TEST_STAGE["ecs"].upper()] = settings.context.arn("lambda", f"function:{function}")
    return hooks
