"""Buckets for state that several environments name."""

from __future__ import annotations

from collections.abc import Iterator

from modules import state
from modules.settings.project import Project
from modules.settings.rules.conflict import Conflict
from modules.settings.state import S3State


def conflicts(project: Project, name: str) -> Iterator[Conflict]:
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
    filled = {"bucket": state.bucket(context, given), "region": given.region or context.region}
    return given.model_copy(update=filled)


def _shown(value: str | None) -> str:
    return f'"{value}"' if value else "left out"
