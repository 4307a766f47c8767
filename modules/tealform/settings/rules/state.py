"""Buckets for state, which several environments may name, and their keys."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.settings import terraform_backend
from tealform.settings.environment import Environment
from tealform.settings.project import Project
from tealform.settings.rules.violation import Conflict, Rule
from tealform.settings.state import S3State


def key_region(environment: Environment, name: str) -> Iterator[Conflict]:
    """A key of S3 is of the bucket's region: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"""
    kept = environment.state
    if not isinstance(kept, S3State) or not kept.kms_key:
        return
    region = kept.region or environment.region
    if (there := kept.kms_key.split(":")[3]) != region:
        message = f"is in {there}; a bucket is encrypted with a key of its own region, {region}"
        yield Conflict(("state", "s3", "kms_key"), message, (("region",), ("state", "s3", "region")))


def conflicts(project: Project, name: str) -> Iterator[Conflict]:
    """What is created is created once, and whoever applies an environment does not reach it."""
    yield from _differences(project, name)
    yield from _within_reach(project, name)


def _within_reach(project: Project, name: str) -> Iterator[Conflict]:
    """The role that applies an environment may empty what is called like it, and a state must not be."""
    environment = project.environments[name]
    if not isinstance(environment.state, S3State):
        return
    bucket = terraform_backend.bucket(project.context(name), environment.state)
    for other in sorted(project.environments):
        theirs = project.environments[other]
        prefix = f"{project.context(other).prefix}-"
        if theirs.automation and theirs.account == environment.account and bucket.startswith(prefix):
            message = f'"{bucket}" is called like what belongs to "{other}" ({prefix}…), which its apply role may empty; use another one'
            yield Conflict(("state", "s3", "bucket"), message, (("project",), ("account",), ("state", "s3")))


def _differences(project: Project, name: str) -> Iterator[Conflict]:
    """A bucket that is created is in one account, and all who keep state in it say the same of it."""
    mine = _created(project, name)
    if mine is None:
        return
    account, about = project.environments[name].account, (("project",), ("account",), ("region",), ("state", "s3"))
    for other in sorted(project.environments.keys() - {name}):
        theirs = _created(project, other)
        if theirs is None or theirs.bucket != mine.bucket:
            continue
        if project.environments[other].account != account:
            where = project.environments[other].account
            message = f'is created for "{other}" in account {where} already; use another one, or create = false'
            yield Conflict(("state", "s3", "bucket"), message, about)
            continue
        for key in ("region", "kms_key"):
            here, there = getattr(mine, key), getattr(theirs, key)
            if here != there:
                message = f'is {_shown(here)}, and for the same bucket {_shown(there)} in "{other}"; say the same in both, or use two'
                yield Conflict(("state", "s3", key), message, about)


def _created(project: Project, name: str) -> S3State | None:
    """What is said of the bucket that is created for an environment, if one is, with the name and region that it will have."""
    context, given = project.context(name), project.environments[name].state
    if not isinstance(given, S3State) or not given.create:
        return None
    filled = {"bucket": terraform_backend.bucket(context, given), "region": given.region or context.region}
    return given.model_copy(update=filled)


def _shown(value: str | None) -> str:
    return f'"{value}"' if value else "left out"


RULES: tuple[Rule, ...] = (key_region,)
