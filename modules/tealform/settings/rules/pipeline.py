"""Sources that do not get in each other's way."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.naming import Context
from tealform.settings.environment import Environment
from tealform.settings.errors import Path_
from tealform.settings.rules.violation import Conflict
from tealform.settings.source import S3, CodeCommit, Connected

_PATTERNS = 8
_CONNECTION_NAME = 32


def origins(environment: Environment, name: str) -> Iterator[Conflict]:
    """A repository or bucket that is not created is named, and one is created once."""
    context = Context(environment.project, name, environment.region, environment.account)
    created: dict[tuple[str, str], str] = {}
    for key, service in environment.service.items():
        match service.source:
            case CodeCommit(create=create, repository=given):
                argument, kind, default = "repository", "codecommit", context.name(key)
            case S3(create=create, bucket=given):
                argument, kind, default = "bucket", "s3", context.bucket(key, "source")
            case _:
                continue
        path: Path_ = ("service", key, "source", kind, argument)
        about: tuple[Path_, ...] = ((*path[:-1], "create"),)
        if not create:
            if given is None:
                yield Conflict(path, f"is missing; with create = false, name the {argument} that exists", about)
            continue
        first = created.setdefault((kind, given or default), key)
        if kind == "s3" and given in _own_buckets(environment, context):
            yield Conflict(path, f'"{given}" is the name of another bucket of this environment; use another')
        elif first != key:
            yield Conflict(path, f'"{given}" is created by service.{first} already; use create = false here', about)


def _own_buckets(environment: Environment, context: Context) -> set[str]:
    """The buckets that are created whatever the sources are."""
    parts = [(key, part) for key in environment.service for part in ("artifacts", "releases")]
    return {context.bucket("access-logs"), *(context.bucket(*each) for each in parts)}


def objects(environment: Environment, name: str) -> Iterator[Conflict]:
    """A KMS key is named for a bucket that exists: one that is created here has the environment's."""
    for key, service in environment.service.items():
        if isinstance(service.source, S3) and service.source.create and service.source.kms_key:
            path: Path_ = ("service", key, "source", "s3", "kms_key")
            message = "a bucket that is created here is under the environment's own key; leave this out"
            yield Conflict(path, message, ((*path[:-1], "create"),))


def triggers(environment: Environment, name: str) -> Iterator[Conflict]:
    """Tags stand alone, and there are eight patterns at most.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html
    """
    for key, service in environment.service.items():
        if not isinstance(service.source, Connected):
            continue
        path: Path_ = ("service", key, "source", service.source.kind)
        patterns = {each: getattr(service.source, each) for each in ("tags", "paths", "ignore_paths")}
        for argument, given in patterns.items():
            if len(given) > _PATTERNS:
                yield Conflict((*path, argument), f"has {len(given)} patterns; CodePipeline takes {_PATTERNS}")
            if argument != "tags" and given and patterns["tags"]:
                message = "a tag is no change of files: CodePipeline takes tags or paths, not both"
                yield Conflict((*path, argument), message, ((*path, "tags"),))


def connections(environment: Environment, name: str) -> Iterator[Conflict]:
    """A connection that is created here has a name that AWS takes.

    https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_CreateConnection.html
    """
    home = environment.pipelines_in or name
    context = Context(environment.project, home, environment.region, environment.account)
    for key, service in environment.service.items():
        source = service.source
        if isinstance(source, Connected) and source.connection is None:
            called = context.name(source.kind)
            if len(called) > _CONNECTION_NAME:
                yield Conflict(
                    ("service", key, "source", source.kind, "connection"),
                    f'it would be called "{called}", {len(called)} characters; AWS allows {_CONNECTION_NAME}: '
                    "name a connection that exists, or shorten the name of project or environment",
                    (("project",),),
                )


RULES = (origins, objects, triggers, connections)
