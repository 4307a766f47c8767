"""Gates of a release that CodePipeline takes, and that can be passed."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.settings.environment import Environment
from tealform.settings.errors import Path_
from tealform.settings.release import Release
from tealform.settings.rules.violation import Conflict

# https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_Condition.html
_RULES = 5


def _releases(environment: Environment) -> Iterator[tuple[Path_, Release]]:
    for key, service in environment.service.items():
        yield ("service", key, "release"), service.release


def parallel_engines(environment: Environment, name: str) -> Iterator[Conflict]:
    """CodeDeploy deploys to a deployment group once at a time, and refuses the next.

    https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeployment.html
    """
    for path, release in _releases(environment):
        if (release.execution_mode, release.engine) == ("parallel", "codedeploy"):
            yield Conflict(
                (*path, "execution_mode"),
                "CodeDeploy refuses a deployment while another one is under way, so releases cannot be parallel; "
                'use "queued" or engine "ecs"',
                ((*path, "engine"),),
            )


def parallel_rollbacks(environment: Environment, name: str) -> Iterator[Conflict]:
    """A pipeline whose releases are parallel does not know which one was before.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/execution-modes.html
    """
    for path, release in _releases(environment):
        if release.execution_mode != "parallel":
            continue
        for key in ("on_failure", "on_success"):
            if getattr(release, key) not in ("stop", "retry", None):
                yield Conflict(
                    (*path, key),
                    'CodePipeline rolls no stage back where releases are parallel; leave it out, or use execution_mode = "queued"',
                    ((*path, "execution_mode"),),
                )


def conditions(environment: Environment, name: str) -> Iterator[Conflict]:
    """A condition has a rule, and five at most."""
    for path, release in _releases(environment):
        before, after = release.before_entry, release.on_success
        if before is not None:
            here: Path_ = (*path, "before_entry")
            if not before.window and not before.alarms:
                yield Conflict(
                    here, "asks for nothing; give a window or alarms", ((*here, "window"), (*here, "alarms"))
                )
            yield from _too_many((*here, "alarms"), len(before.alarms), bool(before.window))
        if after is not None:
            yield from _too_many((*path, "on_success", "alarms"), len(after.alarms), False)


def _too_many(path: Path_, alarms: int, window: bool) -> Iterator[Conflict]:
    room = _RULES - window
    if alarms > room:
        beside = " beside a window" if window else ""
        about = ((*path[:-1], "window"),) if window else ()
        yield Conflict(path, f"{alarms} alarms; CodePipeline looks at {room}{beside}", about)


def waits_for_alarms(environment: Environment, name: str) -> Iterator[Conflict]:
    """Nobody waits for an alarm that is not looked at."""
    for path, release in _releases(environment):
        before = release.before_entry
        if before is not None and before.wait_minutes and not before.alarms:
            here: Path_ = (*path, "before_entry")
            yield Conflict(
                (*here, "wait_minutes"),
                "there are no alarms to wait for; name some, or leave it out",
                ((*here, "alarms"),),
            )


RULES = (parallel_engines, parallel_rollbacks, conditions, waits_for_alarms)
