"""Names that AWS accepts once project, environment and suffix are added."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.settings.environment import Environment
from tealform.settings.errors import SettingPath
from tealform.settings.rules.conflict import Conflict, Rule
from tealform.settings.source import Promotion

# A service of such a name would share its log groups and security groups with what all services share.
_SHARED = {"endpoints", "exec", "load-balancer", "vpc-flow-logs"}

# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_RESERVED = {"internal-": "a load balancer", "sg-": "a security group", "sthree-": "an S3 bucket"}

_BALANCER_NAME = 32

# AWS allows 50 on a resource; Tealform sets `project`, `environment` and `Name`.
_TAGS = 47


def check_lengths(environment: Environment, name: str) -> Iterator[Conflict]:
    """Allow 32 characters, as load balancers and target groups do.

    With what is added to each name, that is tighter than the 64 of an IAM role and the 63 of an S3 bucket.
    """
    context = environment.context(name)
    names: list[tuple[SettingPath, str, str]] = [(("project",), "load balancer", context.name())]
    if len(context.name()) <= _BALANCER_NAME:
        names = [(("service", key), "target group", context.name(key, "green")) for key in environment.service]
    for path, kind, text in names:
        if len(text) > _BALANCER_NAME:
            message = f'the {kind} would be called "{text}", {len(text)} characters; AWS allows {_BALANCER_NAME}: shorten the name of project, environment or service'
            yield Conflict(path, message, (("project",),))


def check_prefixes(environment: Environment, name: str) -> Iterator[Conflict]:
    """Refuse prefixes that AWS reserves."""
    for prefix, kind in _RESERVED.items():
        if f"{environment.project}-".startswith(prefix):
            yield Conflict(("project",), f'the name of {kind} must not begin with "{prefix}"; use another project')


def check_service_names(environment: Environment, name: str) -> Iterator[Conflict]:
    """Refuse a service that has the name of something shared, or of a part of another service."""
    for key in sorted(environment.service.keys() & _SHARED):
        yield Conflict(("service", key), f'"{key}" is the name of something that all services share; use another')
    for key, service in environment.service.items():
        is_promoted = isinstance(service.source, Promotion)
        parts = {
            "smoke-test": service.release.smoke_test,
            "deploy": service.release.engine == "ecs",
            # A step fills in what the build cannot know of another account.
            "prepare": is_promoted or environment.pipelines_in,
            # The security group of builds, beside that of tasks.
            "build": service.build.vpc and not is_promoted,
            "cache": service.build.cache == "ecr" and not is_promoted,
            "scan": service.scan,
            "test": service.test,
        }
        for part, exists in parts.items():
            if exists and f"{key}-{part}" in environment.service:
                message = f'"{key}-{part}" is the name of a part of service.{key}; use another'
                about = tuple(("service", key, block) for block in ("build", "release", "scan", "source", "test"))
                yield Conflict(("service", f"{key}-{part}"), message, (*about, ("pipelines_in",)))


def check_tags(environment: Environment, name: str) -> Iterator[Conflict]:
    """Refuse the tags that Tealform sets (IAM does not distinguish case), and more tags than AWS allows."""
    for key in environment.tags:
        if key.lower() in ("project", "environment", "name"):
            yield Conflict(("tags", key), "is set by Tealform itself; remove it")
    if len(environment.tags) > _TAGS:
        yield Conflict(("tags",), f"{len(environment.tags)} tags; beside Tealform's own there is room for {_TAGS}")


RULES: tuple[Rule, ...] = (check_lengths, check_prefixes, check_service_names, check_tags)
