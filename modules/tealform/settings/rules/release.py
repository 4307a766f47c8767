"""Releases that can work: what each engine and each kind of load balancer can do, and what it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from tealform.settings.environment import Environment
from tealform.settings.errors import Path_
from tealform.settings.release import HOOK_STAGES, SMOKE_TEST_STAGE, Release
from tealform.settings.rules.violation import Conflict
from tealform.settings.service import Service

# https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
_ALARMS = 10
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CanaryConfiguration.html
_ECS_MINUTES = 1440
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinearConfiguration.html
_ECS_LINEAR_PERCENT = 3

# https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
_CODEDEPLOY_ACTION = 5 * 24 * 60
# 36 hours, of which one is for tasks and hooks: https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html
_LONGEST_WATCH = 35 * 60

_WAITS = ("engine", "strategy", "percent", "interval_minutes", "hold_minutes", "keep_blue_minutes")

_ENGINES = {"codedeploy": "CodeDeploy", "ecs": "ECS"}


def _releases(environment: Environment) -> Iterator[tuple[Path_, Service, Release]]:
    for key, service in environment.service.items():
        yield ("service", key, "release"), service, service.release


def waits_of_ecs(environment: Environment, name: str) -> Iterator[Conflict]:
    """ECS waits a day at most, in each of its steps."""
    for path, _, release in _releases(environment):
        if release.engine != "ecs":
            continue
        waits = {"keep_blue_minutes": release.keep_blue_minutes}
        if release.strategy != "all_at_once":
            waits["interval_minutes"] = release.interval_minutes
        for key, minutes in waits.items():
            if minutes > _ECS_MINUTES:
                yield Conflict(
                    (*path, key),
                    f'{minutes} is more than the {_ECS_MINUTES} minutes (a day) that engine "ecs" waits at most',
                    ((*path, "engine"),),
                )
        whole = release.duration_minutes(environment.load_balancer.type)
        if max(waits.values()) <= _ECS_MINUTES and whole > _LONGEST_WATCH:
            yield Conflict(
                path,
                f"its waits are {whole} minutes in all; the build that watches a release of engine "
                f'"ecs" lasts {_LONGEST_WATCH} at most: take larger steps, or shorter waits',
                tuple((*path, key) for key in _WAITS),
            )


def waits_of_codedeploy(environment: Environment, name: str) -> Iterator[Conflict]:
    """CodePipeline waits five days for CodeDeploy."""
    for path, _, release in _releases(environment):
        waits = release.duration_minutes(environment.load_balancer.type)
        if release.engine == "codedeploy" and waits >= _CODEDEPLOY_ACTION:
            yield Conflict(
                path,
                f"its waits are {waits} minutes in all; CodePipeline gives up on CodeDeploy after "
                f"{_CODEDEPLOY_ACTION}, which is five days: take larger steps, or shorter waits",
                tuple((*path, key) for key in _WAITS),
            )


def steps_of_ecs(environment: Environment, name: str) -> Iterator[Conflict]:
    """ECS takes no smaller linear steps than three percent."""
    for path, _, release in _releases(environment):
        if (release.engine, release.strategy) == ("ecs", "linear") and release.percent < _ECS_LINEAR_PERCENT:
            yield Conflict(
                (*path, "percent"),
                f'{release.percent} is less than the {_ECS_LINEAR_PERCENT} percent of a linear step of engine "ecs"',
                ((*path, "engine"), (*path, "strategy")),
            )


def hold(environment: Environment, name: str) -> Iterator[Conflict]:
    """Who holds green can look at it, and CodeDeploy alone holds."""
    for path, _, release in _releases(environment):
        if not release.hold_minutes:
            continue
        about: tuple[Path_, ...] = ((*path, "engine"), ("load_balancer", "test_listener"))
        if release.engine == "ecs":
            yield Conflict(
                (*path, "hold_minutes"),
                'engine "ecs" does not wait for people before traffic moves; '
                "use approval, a hook at post_test_traffic_shift, or engine codedeploy",
                about,
            )
        elif not environment.load_balancer.test_listener:
            yield Conflict(
                (*path, "hold_minutes"),
                "without a test listener nobody could look at green meanwhile; set load_balancer.test_listener = true",
                about,
            )


def shifts(environment: Environment, name: str) -> Iterator[Conflict]:
    """A network load balancer moves all traffic at once under CodeDeploy.

    https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
    """
    if environment.load_balancer.type == "network":
        for path, _, release in _releases(environment):
            if release.engine == "codedeploy" and release.strategy != "all_at_once":
                yield Conflict(
                    (*path, "strategy"),
                    f"CodeDeploy cannot divide the traffic of a network load balancer, which {release.strategy} needs; "
                    'use "all_at_once" or an application load balancer',
                    (("load_balancer", "type"), (*path, "engine")),
                )


def hooks(environment: Environment, name: str) -> Iterator[Conflict]:
    """A hook stands at a stage that the engine has, and its function in the same region."""
    for path, _, release in _releases(environment):
        stages = HOOK_STAGES[release.engine]
        for key, arn in release.hooks.given().items():
            here: Path_ = (*path, "hooks", key)
            if key not in stages:
                yield Conflict(
                    here,
                    f'engine "{release.engine}" has no such stage; {_ENGINES[release.engine]} has {", ".join(stages)}',
                    ((*path, "engine"),),
                )
            if (region := arn.split(":")[3]) != environment.region:
                message = f"is in {region}; a release calls functions of its own region, {environment.region}"
                yield Conflict(here, message, (("region",),))


def hooks_of_test_traffic(environment: Environment, name: str) -> Iterator[Conflict]:
    """What looks at test traffic has some to look at."""
    if not environment.load_balancer.test_listener:
        for path, _, release in _releases(environment):
            for key in release.hooks.given():
                if key in ("after_allow_test_traffic", "test_traffic_shift", "post_test_traffic_shift"):
                    yield Conflict(
                        (*path, "hooks", key),
                        "there is no test traffic without a test listener; set load_balancer.test_listener = true",
                        (("load_balancer", "test_listener"),),
                    )


def smoke_test(environment: Environment, name: str) -> Iterator[Conflict]:
    """A smoke test reaches green: through the test listener, at a host and path that lead to the service."""
    for path, service, release in _releases(environment):
        test, here = release.smoke_test, (*path, "smoke_test")
        if test is None:
            continue
        if not environment.load_balancer.test_listener:
            yield Conflict(
                here,
                "it asks green through the test listener, and there is none; set load_balancer.test_listener = true",
                (("load_balancer", "test_listener"),),
            )
        stage = SMOKE_TEST_STAGE[release.engine]
        if release.engine == "codedeploy" and stage in release.hooks.given():
            yield Conflict(
                here,
                f"CodeDeploy calls one function at a stage, and hooks.{stage} is set; keep one",
                ((*path, "hooks", stage), (*path, "engine")),
            )
        check = service.health_check
        if test.path == check.path and not check.takes(test.expect):
            yield Conflict(
                (*here, "expect"),
                f"{test.expect} is not what the health check of the same path wants, {check.status}",
                tuple((*path[:-1], "health_check", key) for key in ("path", "status")),
            )
        asked = test.path.partition("?")[0]
        if service.paths and not any(fnmatchcase(asked, pattern) for pattern in service.paths):
            yield Conflict(
                (*here, "path"),
                f"{asked} does not lead to this service, whose paths are {', '.join(service.paths)}",
                ((*path[:-1], "paths"),),
            )
        if service.hosts:
            yield from _smoke_test_host(service, (*path[:-1], "hosts"), here, test.host)


def _smoke_test_host(service: Service, hosts: Path_, here: Path_, host: str | None) -> Iterator[Conflict]:
    asked = host or service.hosts[0]
    if host is None and set(asked) & set("*?"):
        yield Conflict((*here, "host"), f"is missing; {asked} is a pattern, so say which host to ask for", (hosts,))
    elif host and not any(fnmatchcase(host.lower(), pattern.lower()) for pattern in service.hosts):
        message = f"{host} does not lead to this service, whose hosts are {', '.join(service.hosts)}"
        yield Conflict((*here, "host"), message, (hosts,))


def alarms(environment: Environment, name: str) -> Iterator[Conflict]:
    """CodeDeploy watches ten alarms."""
    for path, _, release in _releases(environment):
        kinds = release.alarms.kinds(environment.load_balancer.type)
        count = 2 * len(kinds) + len(release.alarms.names)
        if release.engine == "codedeploy" and count > _ALARMS:
            yield Conflict(
                (*path, "alarms", "names"),
                f"{len(release.alarms.names)} alarms, with {2 * len(kinds)} of both colours; CodeDeploy watches "
                f"{_ALARMS}: leave some out",
                ((*path, "engine"), (*path, "alarms")),
            )


def slow_starts(environment: Environment, name: str) -> Iterator[Conflict]:
    """A task that may take its time to start raises no alarm meanwhile."""
    for path, service, release in _releases(environment):
        check, alarms = service.health_check, release.alarms
        raised = check.unhealthy * check.interval + 60 * alarms.minutes
        if alarms.unhealthy_targets and check.grace > raised:
            yield Conflict(
                (*path, "alarms", "minutes"),
                f"tasks have {check.grace} seconds to become well (health_check.grace), and the alarm on unhealthy targets "
                f"is raised after {raised}: every release would roll back; use more minutes, or unhealthy_targets = 0",
                tuple((*path[:-1], "health_check", key) for key in ("grace", "unhealthy", "interval")),
            )


def alarms_of_requests(environment: Environment, name: str) -> Iterator[Conflict]:
    """Nobody counts on an alarm that is not there."""
    if environment.load_balancer.type == "network":
        for path, _, release in _releases(environment):
            for key in ("errors_percent", "latency_milliseconds"):
                if key in release.alarms.model_fields_set and getattr(release.alarms, key):
                    yield Conflict(
                        (*path, "alarms", key),
                        "a network load balancer sees no answers, so there would be no such alarm; leave it out",
                        (("load_balancer", "type"),),
                    )


RULES = (
    waits_of_codedeploy,
    waits_of_ecs,
    steps_of_ecs,
    hold,
    shifts,
    hooks,
    hooks_of_test_traffic,
    smoke_test,
    alarms,
    slow_starts,
    alarms_of_requests,
)
