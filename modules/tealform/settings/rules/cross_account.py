"""Environments whose things are in one account, or are read from another one."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.settings.errors import Path_
from tealform.settings.project import Project
from tealform.settings.release_templates import (
    CODEBUILD_VARIABLE_LENGTH,
    PARAMETER_BYTES,
    as_parameter,
    environment_json,
    mount_points_json,
    secrets_json,
)
from tealform.settings.rules.violation import Conflict
from tealform.settings.source import S3, CodeCommit


def conflicts(project: Project, name: str) -> Iterator[Conflict]:
    """What cannot be in one account beside another environment's, and what cannot be read in the account of the pipelines."""
    yield from _channels(project, name)
    yield from _names(project, name)
    yield from _origins(project, name)
    yield from _parameters(project, name)
    yield from _builds(project, name)


def _channels(project: Project, name: str) -> Iterator[Conflict]:
    """A chat's channel is told once in an account: AWS takes no second configuration of it there.

    https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1155
    """
    mine = project.environments[name].notifications
    for other in sorted(project.environments.keys() - {name}):
        theirs = project.environments[other].notifications
        if mine is None or theirs is None:
            continue
        for kind in ("slack", "teams"):
            channel = getattr(mine, kind)
            if channel is not None and channel == getattr(theirs, kind) and _meet(project, name, other):
                message = f'"{other}" tells this channel already from the same account, and AWS takes it once; use another one, or none here'
                yield Conflict(("notifications", kind), message, (("account",), ("pipelines_in",)))


def _meet(project: Project, one: str, other: str) -> bool:
    """Whether two environments tell from one account, but from different states, which cannot share a channel."""
    return any(
        account == account_ and state != state_
        for account, state in _telling(project, one)
        for account_, state_ in _telling(project, other)
    )


def _telling(project: Project, name: str) -> set[tuple[str, str]]:
    """The accounts that an environment tells from, and in whose state."""
    home = project.environments[name].pipelines_in or name
    return {(project.environments[name].account, name), (project.pipelines(name).account, home)}


def _names(project: Project, name: str) -> Iterator[Conflict]:
    """No two services of one account and region have the same full name: «dev» with «web-x», and «dev-web» with «x»."""
    here = project.context(name)
    for other in sorted(project.environments.keys() - {name}):
        there = project.context(other)
        if (here.account, here.region, here.project) != (there.account, there.region, there.project):
            continue
        for key in project.environments[name].service:
            for key_ in project.environments[other].service:
                if here.name(key) == there.name(key_):
                    message = (
                        f'would be called "{here.name(key)}" in AWS, like service.{key_} of "{other}"; use another name'
                    )
                    yield Conflict(("service", key), message, (("account",), ("region",), ("project",)))


def _parameters(project: Project, name: str) -> Iterator[Conflict]:
    """What a pipeline of another account reads of a service fits into Parameter Store's standard size, which is in bytes.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
    """
    environment = project.environments[name]
    if environment.pipelines_in is None:
        return
    for key, service in environment.service.items():
        for part, text in (
            ("environment", environment_json(service.environment)),
            ("secrets", secrets_json(service.secrets)),
            ("writable_paths", mount_points_json(service.writable_paths)),
        ):
            size = len(as_parameter(text).encode())
            if size > PARAMETER_BYTES and len(text) <= CODEBUILD_VARIABLE_LENGTH:
                yield Conflict(
                    ("service", key, part),
                    f"takes {size} bytes in the release contract; a parameter holds {PARAMETER_BYTES}: move values to one secret "
                    "or parameter that the application reads",
                    (("pipelines_in",),),
                )


def _origins(project: Project, name: str) -> Iterator[Conflict]:
    """A repository or bucket is created by one environment."""
    here = project.pipelines(name)
    for other in sorted(project.environments.keys() - {name}):
        if (here.account, here.region) != (project.pipelines(other).account, project.pipelines(other).region):
            continue
        theirs = {(kind, called): key for kind, called, key in _created(project, other)}
        for kind, called, key in _created(project, name):
            # Two services that are called alike are told of once.
            same = theirs.get((kind, called))
            if same is not None and here.name(key) != project.pipelines(other).name(same):
                argument = "bucket" if kind == "s3" else "repository"
                path: Path_ = ("service", key, "source", kind, argument)
                message = f'"{called}" is created by service.{same} of "{other}" already; use create = false in one'
                yield Conflict(path, message, ((*path[:-1], "create"), ("account",), ("region",)))


def _created(project: Project, name: str) -> Iterator[tuple[str, str, str]]:
    """The sources that an environment creates: kind, name and service."""
    context = project.pipelines(name)
    for key, service in project.environments[name].service.items():
        match service.source:
            case CodeCommit(create=True, repository=given):
                yield "codecommit", given or context.name(key), key
            case S3(create=True, bucket=given):
                yield "s3", given or context.bucket(key, "source"), key


def _builds(project: Project, name: str) -> Iterator[Conflict]:
    """What builds read by name, and what ECR does for them, belongs to the account that they run in.

    Parameter Store is asked by name: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
    """
    environment = project.environments[name]
    if environment.pipelines_in not in (None, *project.environments):
        return
    account = project.pipelines(name).account
    arns: dict[Path_, str] = {
        ("pull_through_cache", upstream, "credentials"): cache.credentials
        for upstream, cache in environment.pull_through_cache.items()
        if cache.credentials
    }
    for key, service in environment.service.items():
        for part, settings in (("build", service.build), ("test", service.test)):
            for variable, arn in (settings.secrets if settings else {}).items():
                if arn.split(":")[2] == "ssm":
                    arns["service", key, part, "secrets", variable] = arn
    for path, arn in arns.items():
        owner = arn.split(":")[4]
        if owner != account:
            message = f"belongs to account {owner}; builds run in {account}, and read none of another account"
            yield Conflict(path, message, (("pipelines_in",), ("account",)))
