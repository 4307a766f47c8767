"""Names that AWS takes, once project, environment and suffix are added."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.naming import Context
from tealform.settings.environment import Environment
from tealform.settings.errors import Path_
from tealform.settings.rules.violation import Conflict
from tealform.settings.source import Promotion

# Log groups and security groups of a service called so would meet those that all services share.
_SHARED = {"endpoints", "exec", "load-balancer", "vpc-flow-logs"}

# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_RESERVED = {"internal-": "a load balancer", "sg-": "a security group", "sthree-": "an S3 bucket"}

_BALANCER_NAME = 32

# AWS allows 50 on a resource; `project`, `environment` and `Name` are ours.
_TAGS = 47


def lengths(environment: Environment, name: str) -> Iterator[Conflict]:
    """Load balancers and target groups have 32 characters.

    With what is added to each name, that is tighter than the 64 of an IAM role and the 63 of an S3 bucket.
    """
    context = Context(environment.project, name, environment.region, environment.account)
    names: list[tuple[Path_, str, str]] = [(("project",), "load balancer", context.name())]
    if len(context.name()) <= _BALANCER_NAME:
        names = [(("service", key), "target group", context.name(key, "green")) for key in environment.service]
    for path, kind, text in names:
        if len(text) > _BALANCER_NAME:
            yield Conflict(
                path,
                f'the {kind} would be called "{text}", {len(text)} characters; AWS allows {_BALANCER_NAME}: '
                "shorten the name of project, environment or service",
                about=(("project",),),
            )


def reserved_prefixes(environment: Environment, name: str) -> Iterator[Conflict]:
    """Names do not begin with what AWS keeps for itself."""
    for prefix, kind in _RESERVED.items():
        if f"{environment.project}-".startswith(prefix):
            yield Conflict(("project",), f'the name of {kind} must not begin with "{prefix}"; use another project')


def shared_names(environment: Environment, name: str) -> Iterator[Conflict]:
    """A service is not called like what all services share."""
    for key in sorted(environment.service.keys() & _SHARED):
        yield Conflict(("service", key), f'"{key}" is the name of something that all services share; use another')


def tags(environment: Environment, name: str) -> Iterator[Conflict]:
    """The tags that Tealform sets are not set twice (IAM does not tell upper from lower case), and there is room."""
    for key in environment.tags:
        if key.lower() in ("project", "environment", "name"):
            yield Conflict(("tags", key), "is set by Tealform itself; remove it")
    if len(environment.tags) > _TAGS:
        yield Conflict(("tags",), f"{len(environment.tags)} tags; beside Tealform's own there is room for {_TAGS}")


def derived_names(environment: Environment, name: str) -> Iterator[Conflict]:
    """A service is not called like a part of another one."""
    for key, service in environment.service.items():
        parts = ["smoke-test"] if service.release.smoke_test else []
        parts += ["deploy"] if service.release.engine == "ecs" else []
        promoted = isinstance(service.source, Promotion)
        # What the build cannot know of another account is filled in by a step of its own.
        parts += ["prepare"] if promoted or environment.pipelines_in else []
        # The security group of builds, beside that of tasks.
        parts += ["build"] if service.build.vpc and not promoted else []
        parts += ["cache"] if service.build.cache == "ecr" and not promoted else []
        parts += [part for part in ("scan", "test") if getattr(service, part)]
        for part in parts:
            if f"{key}-{part}" in environment.service:
                message = f'"{key}-{part}" is the name of a part of service.{key}; use another'
                about = tuple(("service", key, block) for block in ("build", "release", "scan", "source", "test"))
                yield Conflict(("service", f"{key}-{part}"), message, (*about, ("pipelines_in",)))


RULES = (lengths, reserved_prefixes, shared_names, derived_names, tags)
