"""Pipelines that can run: sources, builds, tests, and the registries that builds pull from."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.naming import Context
from tealform.settings.build import UPSTREAMS, Build, SourceTest, registry_variable
from tealform.settings.environment import Environment
from tealform.settings.errors import SettingPath
from tealform.settings.network import CreatedNetwork
from tealform.settings.release_templates import CODEBUILD_VARIABLE_LENGTH, RESERVED_VARIABLES
from tealform.settings.rules.conflict import Conflict, Rule, ServiceRule, check_region
from tealform.settings.service import Service
from tealform.settings.source import S3, CodeCommit, Connected, Promotion

_SHELL_VARIABLES = {"BASH_ENV", "ENV", "HOME", "IFS", "PATH", "SHELL"}
_TEST_VARIABLES = {"IMAGE_URI", *map(registry_variable, UPSTREAMS)}

_PATTERNS = 8
_CONNECTION_NAME = 32
_CACHE_PREFIX = 30


def check_created_sources(environment: Environment, name: str) -> Iterator[Conflict]:
    """Require the name of a repository or bucket that is not created, and create each one once."""
    context = environment.context(name)
    created: dict[tuple[str, str], str] = {}
    for key, service in environment.service.items():
        match service.source:
            case CodeCommit(create=create, repository=given):
                argument, kind, default = "repository", "codecommit", context.name(key)
            case S3(create=create, bucket=given):
                argument, kind, default = "bucket", "s3", context.bucket(key, "source")
            case _:
                continue
        path: SettingPath = ("service", key, "source", kind, argument)
        about: tuple[SettingPath, ...] = ((*path[:-1], "create"),)
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
    """Return the names of the buckets that are created whatever the sources are."""
    parts = [(key, part) for key in environment.service for part in ("artifacts", "releases")]
    return {context.bucket("access-logs"), *(context.bucket(*each) for each in parts)}


def check_connections(environment: Environment, name: str) -> Iterator[Conflict]:
    """Require names that AWS accepts for connections that are created.

    https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_CreateConnection.html
    """
    context = environment.context(environment.pipelines_in or name)
    for key, service in environment.service.items():
        source = service.source
        if isinstance(source, Connected) and source.connection is None:
            called = context.name(source.kind)
            if len(called) > _CONNECTION_NAME:
                message = f'it would be called "{called}", {len(called)} characters; AWS allows {_CONNECTION_NAME}: name a connection that exists, or shorten the name of project or environment'
                yield Conflict(("service", key, "source", source.kind, "connection"), message, (("project",),))


def check_registries(environment: Environment, name: str) -> Iterator[Conflict]:
    """Require credentials where ECR needs them, in the builds' region, and a prefix that ECR accepts.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html
    """
    for upstream, cache in environment.pull_through_cache.items():
        path: SettingPath = ("pull_through_cache", upstream, "credentials")
        prefix = f"{environment.project}-{name}/{upstream}"
        if len(prefix) > _CACHE_PREFIX:
            message = f'its repositories would be below "{prefix}", {len(prefix)} characters; ECR allows {_CACHE_PREFIX}: shorten the name of project or environment'
            yield Conflict(("pull_through_cache", upstream), message, (("project",),))
        if cache.credentials is None:
            if UPSTREAMS[upstream].needs_credentials:
                yield Conflict(path, f"is missing; ECR pulls nothing from {upstream} without a secret with credentials")
        elif not UPSTREAMS[upstream].needs_credentials:
            yield Conflict(path, f"ECR takes none for {upstream}; leave it out")
        else:
            reason = f"ECR reads a secret of its own region, {environment.region}"
            yield from check_region(path, cache.credentials, environment.region, reason)


def check_source_key(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Refuse a KMS key for a bucket that is created, which is under the environment's key."""
    if isinstance(service.source, S3) and service.source.create and service.source.kms_key:
        message = "a bucket that is created here is under the environment's own key; leave this out"
        path = (*path, "source", "s3")
        yield Conflict((*path, "kms_key"), message, ((*path, "create"),))


def check_triggers(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Allow tags or paths, with eight patterns each.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html
    """
    source = service.source
    if not isinstance(source, Connected):
        return
    path = (*path, "source", source.kind)
    for argument in ("tags", "paths", "ignore_paths"):
        given = getattr(source, argument)
        if len(given) > _PATTERNS:
            yield Conflict((*path, argument), f"has {len(given)} patterns; CodePipeline takes {_PATTERNS}")
        if argument != "tags" and given and source.tags:
            message = "a tag is no change of files: CodePipeline takes tags or paths, not both"
            yield Conflict((*path, argument), message, ((*path, "tags"),))


def check_projects(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Check the CodeBuild projects of a service: the one that builds, and the one that tests."""
    yield from _check_project(environment, (*path, "build"), service.build, RESERVED_VARIABLES)
    if service.test:
        yield from _check_project(environment, (*path, "test"), service.test, _TEST_VARIABLES)
    if service.test and isinstance(service.source, Promotion):
        message = f"a release that is taken over holds no source, and so no tests; test it where it is built, before {service.source.environment} hands it over"
        yield Conflict((*path, "test"), message, ((*path, "source"),))


def _check_project(
    environment: Environment, path: SettingPath, settings: Build | SourceTest, reserved: set[str] | frozenset[str]
) -> Iterator[Conflict]:
    """Require variables of one source that fit and replace none of the build's own, and a machine that the region has.

    CodeBuild reads secrets in its own region: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
    China has ARM machines of two sizes: https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-compute-types.html
    """
    for argument, values in (("environment", settings.environment), ("secrets", settings.secrets)):
        for variable, value in values.items():
            here = (*path, argument, variable)
            if variable in reserved | _SHELL_VARIABLES or variable.startswith(("CODEBUILD_", "AWS_")):
                yield Conflict(here, "this name belongs to CodeBuild or to the release contract; use another")
            if len(value) > CODEBUILD_VARIABLE_LENGTH:
                message = f"has {len(value)} characters; CodeBuild's variables hold {CODEBUILD_VARIABLE_LENGTH}"
                yield Conflict(here, message)
    for variable, arn in settings.secrets.items():
        here = (*path, "secrets", variable)
        if variable in settings.environment:
            yield Conflict(here, "is in environment too; keep one", ((*path, "environment", variable),))
        yield from check_region(here, arn, environment.region, f"builds run in {environment.region}")
    is_arm = environment.service[str(path[1])].architecture == "arm64"
    is_offered = settings.compute in ("BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_LARGE")
    if environment.region.startswith("cn-") and is_arm and not is_offered:
        message = f"for arm64, {environment.region} has BUILD_GENERAL1_SMALL and BUILD_GENERAL1_LARGE alone"
        yield Conflict((*path, "compute"), message, (("region",), (*path[:-1], "architecture")))


def check_build(environment: Environment, path: SettingPath, service: Service) -> Iterator[Conflict]:
    """Require a cache that CodeBuild offers, and a way to ECR and CloudWatch Logs for a build in the VPC.

    CodeBuild keeps no local cache in a VPC or on the largest machine:
    https://docs.aws.amazon.com/codebuild/latest/userguide/caching-local.html
    https://docs.aws.amazon.com/codebuild/latest/userguide/vpc-support.html
    """
    build, path = service.build, (*path, "build")
    # Nothing is built of what another environment has released.
    if isinstance(service.source, Promotion):
        return
    if build.cache == "local" and build.vpc:
        message = 'CodeBuild keeps no local cache of builds in a VPC; use "ecr"'
        yield Conflict((*path, "cache"), message, ((*path, "vpc"),))
    if build.cache == "local" and build.compute == "BUILD_GENERAL1_2XLARGE":
        message = f'CodeBuild keeps no local cache on {build.compute}; use "ecr"'
        yield Conflict((*path, "cache"), message, ((*path, "compute"),))
    if build.vpc and environment.pipelines_in:
        message = (
            f"the builds are in the account of {environment.pipelines_in}, where this network is not; leave it out"
        )
        yield Conflict((*path, "vpc"), message, (("pipelines_in",),))
    elif build.vpc and isinstance(environment.network, CreatedNetwork) and environment.network.nat == "none":
        message = 'with nat = "none" a build in the VPC reaches no registry and no AWS service that it needs; use nat = "single"'
        yield Conflict((*path, "vpc"), message, (("network", "nat"),))
    if build.vpc and 443 not in build.egress_ports:
        message = "443 is missing; without it no build reaches ECR, S3 or CloudWatch Logs"
        yield Conflict((*path, "egress_ports"), message, ((*path, "vpc"),))


RULES: tuple[Rule, ...] = (check_created_sources, check_connections, check_registries)
SERVICE_RULES: tuple[ServiceRule, ...] = (check_source_key, check_triggers, check_projects, check_build)
