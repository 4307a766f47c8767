"""Releases that can work: what each engine, each kind of load balancer and CodePipeline's stages can do."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from tealform.settings.environment import Environment
from tealform.settings.errors import SettingPath
from tealform.settings.release import HOOK_STAGES, SMOKE_TEST_STAGE
from tealform.settings.rules.conflict import Conflict, ServiceRule, check_region
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
# https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_Condition.html
_CONDITION_RULES = 5

_WAITS = ("engine", "strategy", "percent", "interval_minutes", "hold_minutes", "keep_blue_minutes")

_ENGINES = {"codedeploy": "CodeDeploy", "ecs": "ECS"}


def check_waits(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Allow a day for each step of ECS, 35 hours for its release, and five days for CodeDeploy's."""
    path, release = (*path, "release"), service.release
    about = tuple((*path, key) for key in _WAITS)
    whole = release.duration_minutes(environment.load_balancer.type)
    if release.engine == "codedeploy":
        if whole >= _CODEDEPLOY_ACTION:
            message = f"its waits are {whole} minutes in all; CodePipeline gives up on CodeDeploy after {_CODEDEPLOY_ACTION}, which is five days: take larger steps, or shorter waits"
            yield Conflict(path, message, about)
        return
    waits = {"keep_blue_minutes": release.keep_blue_minutes}
    if release.strategy != "all_at_once":
        waits["interval_minutes"] = release.interval_minutes
    for key, minutes in waits.items():
        if minutes > _ECS_MINUTES:
            message = f'{minutes} is more than the {_ECS_MINUTES} minutes (a day) that engine "ecs" waits at most'
            yield Conflict((*path, key), message, ((*path, "engine"),))
    if max(waits.values()) <= _ECS_MINUTES and whole > _LONGEST_WATCH:
        message = f'its waits are {whole} minutes in all; the build that watches a release of engine "ecs" lasts {_LONGEST_WATCH} at most: take larger steps, or shorter waits'
        yield Conflict(path, message, about)


def check_steps(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Refuse linear steps below three percent with ECS, and CodeDeploy's shifts on a network load balancer.

    https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
    """
    path, release = (*path, "release"), service.release
    if (release.engine, release.strategy) == ("ecs", "linear") and release.percent < _ECS_LINEAR_PERCENT:
        message = f'{release.percent} is less than the {_ECS_LINEAR_PERCENT} percent of a linear step of engine "ecs"'
        yield Conflict((*path, "percent"), message, ((*path, "engine"), (*path, "strategy")))
    balancer = environment.load_balancer.type
    if (balancer, release.engine) == ("network", "codedeploy") and release.strategy != "all_at_once":
        message = f'CodeDeploy cannot divide the traffic of a network load balancer, which {release.strategy} needs; use "all_at_once" or an application load balancer'
        yield Conflict((*path, "strategy"), message, (("load_balancer", "type"), (*path, "engine")))


def check_hold(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Allow a hold only with CodeDeploy, and with a test listener where people can look at green."""
    path, release = (*path, "release"), service.release
    if release.hold_minutes and release.engine == "ecs":
        message = 'engine "ecs" does not wait for people before traffic moves; use approval, a hook at post_test_traffic_shift, or engine codedeploy'
    elif release.hold_minutes and not environment.load_balancer.test_listener:
        message = "without a test listener nobody could look at green meanwhile; set load_balancer.test_listener = true"
    else:
        return
    yield Conflict((*path, "hold_minutes"), message, ((*path, "engine"), ("load_balancer", "test_listener")))


def check_hooks(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Require a stage that the engine has, a function in the same region, and test traffic where a hook looks at it."""
    path, engine = (*path, "release"), service.release.engine
    for key, arn in service.release.hooks.given().items():
        here = (*path, "hooks", key)
        if key not in HOOK_STAGES[engine]:
            message = f'engine "{engine}" has no such stage; {_ENGINES[engine]} has {", ".join(HOOK_STAGES[engine])}'
            yield Conflict(here, message, ((*path, "engine"),))
        reason = f"a release calls functions of its own region, {environment.region}"
        yield from check_region(here, arn, environment.region, reason)
        needs_test_traffic = key in ("after_allow_test_traffic", "test_traffic_shift", "post_test_traffic_shift")
        if needs_test_traffic and not environment.load_balancer.test_listener:
            message = "there is no test traffic without a test listener; set load_balancer.test_listener = true"
            yield Conflict(here, message, (("load_balancer", "test_listener"),))


def check_smoke_test(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Require a smoke test that reaches green: through the test listener, at a host and path that lead to the service."""
    release, here = service.release, (*path, "release", "smoke_test")
    test = release.smoke_test
    if test is None:
        return
    if not environment.load_balancer.test_listener:
        message = "it asks green through the test listener, and there is none; set load_balancer.test_listener = true"
        yield Conflict(here, message, (("load_balancer", "test_listener"),))
    stage = SMOKE_TEST_STAGE[release.engine]
    if release.engine == "codedeploy" and stage in release.hooks.given():
        message = f"CodeDeploy calls one function at a stage, and hooks.{stage} is set; keep one"
        yield Conflict(here, message, ((*path, "release", "hooks", stage), (*path, "release", "engine")))
    check = service.health_check
    if test.path == check.path and not check.accepts(test.expect):
        message = f"{test.expect} is not what the health check of the same path wants, {check.status}"
        about = tuple((*path, "health_check", key) for key in ("path", "status"))
        yield Conflict((*here, "expect"), message, about)
    asked = test.path.partition("?")[0]
    if service.paths and not any(fnmatchcase(asked, pattern) for pattern in service.paths):
        message = f"{asked} does not lead to this service, whose paths are {', '.join(service.paths)}"
        yield Conflict((*here, "path"), message, ((*path, "paths"),))
    if not service.hosts:
        return
    host = test.host or service.hosts[0]
    if test.host is None and set(host) & set("*?"):
        message = f"is missing; {host} is a pattern, so say which host to ask for"
        yield Conflict((*here, "host"), message, ((*path, "hosts"),))
    elif test.host and not any(fnmatchcase(host.lower(), pattern.lower()) for pattern in service.hosts):
        message = f"{host} does not lead to this service, whose hosts are {', '.join(service.hosts)}"
        yield Conflict((*here, "host"), message, ((*path, "hosts"),))


def check_alarms(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Allow ten alarms with CodeDeploy, and none that is raised while a task may still start."""
    check, release, here = service.health_check, service.release, (*path, "release", "alarms")
    own, both = len(release.alarms.names), 2 * len(release.alarms.kinds(environment.load_balancer.type))
    if release.engine == "codedeploy" and own + both > _ALARMS:
        message = f"{own} alarms, with {both} of both colours; CodeDeploy watches {_ALARMS}: leave some out"
        yield Conflict((*here, "names"), message, ((*path, "release", "engine"), here))
    raised = check.unhealthy * check.interval + 60 * release.alarms.minutes
    if release.alarms.unhealthy_targets and check.grace > raised:
        yield Conflict(
            (*here, "minutes"),
            f"tasks have {check.grace} seconds to become well (health_check.grace), and the alarm on unhealthy targets is raised after {raised}: every release would roll back; use more minutes, or unhealthy_targets = 0",
            tuple((*path, "health_check", key) for key in ("grace", "unhealthy", "interval")),
        )


def check_parallel(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Refuse parallel releases with CodeDeploy, and rollbacks of the stage where releases are parallel.

    CodeDeploy refuses a deployment to a group while another one is under way:
    https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeployment.html
    A pipeline whose releases are parallel does not know which one was before:
    https://docs.aws.amazon.com/codepipeline/latest/userguide/execution-modes.html
    """
    path, release = (*path, "release"), service.release
    if release.execution_mode != "parallel":
        return
    if release.engine == "codedeploy":
        message = 'CodeDeploy refuses a deployment while another one is under way, so releases cannot be parallel; use "queued" or engine "ecs"'
        yield Conflict((*path, "execution_mode"), message, ((*path, "engine"),))
    for key in ("on_failure", "on_success"):
        if getattr(release, key) not in ("stop", "retry", None):
            message = 'CodePipeline rolls no stage back where releases are parallel; leave it out, or use execution_mode = "queued"'
            yield Conflict((*path, key), message, ((*path, "execution_mode"),))


def check_conditions(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Require a rule in each condition, five at most, and alarms where a condition waits for them."""
    before, after = service.release.before_entry, service.release.on_success
    if before is not None:
        here = (*path, "release", "before_entry")
        if not before.window and not before.alarms:
            message = "asks for nothing; give a window or alarms"
            yield Conflict(here, message, ((*here, "window"), (*here, "alarms")))
        if before.wait_minutes and not before.alarms:
            message = "there are no alarms to wait for; name some, or leave it out"
            yield Conflict((*here, "wait_minutes"), message, ((*here, "alarms"),))
    for block, condition, has_window in (
        ("before_entry", before, before is not None and before.window is not None),
        ("on_success", after, False),
    ):
        here = (*path, "release", block)
        room = _CONDITION_RULES - has_window
        if condition is not None and len(condition.alarms) > room:
            beside = " beside a window" if has_window else ""
            message = f"{len(condition.alarms)} alarms; CodePipeline looks at {room}{beside}"
            yield Conflict((*here, "alarms"), message, ((*here, "window"),) if has_window else ())


SERVICE_RULES: tuple[ServiceRule, ...] = (
    *(check_waits, check_steps, check_hold, check_hooks, check_smoke_test, check_alarms),
    *(check_parallel, check_conditions),
)
