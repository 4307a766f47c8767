"""Builds and tests that CodeBuild can run, and that find what they need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tealform.settings.build import UPSTREAMS, Build, SourceTest, registry_variable
from tealform.settings.environment import Environment
from tealform.settings.errors import Path_
from tealform.settings.network import CreatedNetwork
from tealform.settings.release_templates import CODEBUILD_VARIABLE_LENGTH, RESERVED_VARIABLES
from tealform.settings.rules.violation import Conflict
from tealform.settings.source import Promotion

_OF_THE_SHELL = {"BASH_ENV", "ENV", "HOME", "IFS", "PATH", "SHELL"}
_OF_REGISTRIES = {registry_variable(upstream) for upstream in UPSTREAMS}
_OF_TESTS = {"IMAGE_URI"}

_PREFIX = 30


@dataclass(frozen=True)
class _Project:
    """What a CodeBuild project is told: variables, and secrets as ARNs by variable."""

    path: Path_
    settings: Build | SourceTest
    reserved: set[str] | frozenset[str] = field(default_factory=frozenset)

    @property
    def given(self) -> dict[str, Mapping[str, str]]:
        return {"environment": self.settings.environment, "secrets": self.settings.secrets}


def _projects(environment: Environment) -> Iterator[_Project]:
    for key, service in environment.service.items():
        path: Path_ = ("service", key)
        yield _Project((*path, "build"), service.build, RESERVED_VARIABLES)
        if service.test:
            yield _Project((*path, "test"), service.test, _OF_REGISTRIES | _OF_TESTS)


def _builds(environment: Environment) -> Iterator[tuple[str, Build]]:
    """The builds that take place: nothing is built of what another environment has released."""
    for key, service in environment.service.items():
        if not isinstance(service.source, Promotion):
            yield key, service.build


def build_variables(environment: Environment, name: str) -> Iterator[Conflict]:
    """A user's variables do not replace those that the build works with, come from one place, and fit."""
    for project in _projects(environment):
        for argument, values in project.given.items():
            for variable_, value in values.items():
                path: Path_ = (*project.path, argument, variable_)
                if variable_ in project.reserved | _OF_THE_SHELL or variable_.startswith(("CODEBUILD_", "AWS_")):
                    yield Conflict(path, "this name belongs to CodeBuild or to the release contract; use another")
                if len(value) > CODEBUILD_VARIABLE_LENGTH:
                    yield Conflict(
                        path, f"has {len(value)} characters; CodeBuild's variables hold {CODEBUILD_VARIABLE_LENGTH}"
                    )
        for variable_ in sorted(project.settings.secrets.keys() & project.settings.environment.keys()):
            yield Conflict(
                (*project.path, "secrets", variable_),
                "is in environment too; keep one",
                ((*project.path, "environment", variable_),),
            )


def build_secrets(environment: Environment, name: str) -> Iterator[Conflict]:
    """CodeBuild asks in its own region.

    https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
    """
    for project in _projects(environment):
        for variable_, arn in project.settings.secrets.items():
            region = arn.split(":")[3]
            path: Path_ = (*project.path, "secrets", variable_)
            if region != environment.region:
                yield Conflict(path, f"is in {region}; builds run in {environment.region}", (("region",),))


def caches(environment: Environment, name: str) -> Iterator[Conflict]:
    """CodeBuild keeps nothing on a machine in a VPC, or of the largest kind.

    https://docs.aws.amazon.com/codebuild/latest/userguide/caching-local.html
    """
    for key, build in _builds(environment):
        path: Path_ = ("service", key, "build", "cache")
        if build.cache != "local":
            continue
        if build.vpc:
            message = 'CodeBuild keeps no local cache of builds in a VPC; use "ecr"'
            yield Conflict(path, message, ((*path[:-1], "vpc"),))
        if build.compute == "BUILD_GENERAL1_2XLARGE":
            message = f'CodeBuild keeps no local cache on {build.compute}; use "ecr"'
            yield Conflict(path, message, ((*path[:-1], "compute"),))


def machines(environment: Environment, name: str) -> Iterator[Conflict]:
    """China has ARM machines of two sizes.

    https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-compute-types.html
    """
    if not environment.region.startswith("cn-"):
        return
    for project in _projects(environment):
        architecture = environment.service[str(project.path[1])].architecture
        small_or_large = project.settings.compute in ("BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_LARGE")
        if architecture == "arm64" and not small_or_large:
            yield Conflict(
                (*project.path, "compute"),
                f"for arm64, {environment.region} has BUILD_GENERAL1_SMALL and BUILD_GENERAL1_LARGE alone",
                (("region",), (*project.path[:-1], "architecture")),
            )


def networks(environment: Environment, name: str) -> Iterator[Conflict]:
    """A build in the VPC is where the VPC is, and reaches ECR, CloudWatch Logs and what a Dockerfile pulls.

    https://docs.aws.amazon.com/codebuild/latest/userguide/vpc-support.html
    """
    for key, build in _builds(environment):
        path: Path_ = ("service", key, "build", "vpc")
        if not build.vpc:
            continue
        if environment.pipelines_in:
            message = (
                f"the builds are in the account of {environment.pipelines_in}, where this network is not; leave it out"
            )
            yield Conflict(path, message, (("pipelines_in",),))
        elif isinstance(environment.network, CreatedNetwork) and environment.network.nat == "none":
            message = 'with nat = "none" a build in the VPC reaches no registry and no AWS service that it needs; use nat = "single"'
            yield Conflict(path, message, (("network", "nat"),))
        if 443 not in build.egress_ports:
            yield Conflict(
                (*path[:-1], "egress_ports"),
                "443 is missing; without it no build reaches ECR, S3 or CloudWatch Logs",
                (path,),
            )


def tests(environment: Environment, name: str) -> Iterator[Conflict]:
    """Tests are in the source, which is where the image is built."""
    for key, service in environment.service.items():
        if service.test and isinstance(service.source, Promotion):
            yield Conflict(
                ("service", key, "test"),
                f"a release that is taken over holds no source, and so no tests; test it where it is built, before {service.source.environment} hands it over",
                (("service", key, "source"),),
            )


def registries(environment: Environment, name: str) -> Iterator[Conflict]:
    """A registry has the credentials that ECR wants, in the builds' region and account, and a prefix that ECR takes.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html
    """
    for upstream, cache in environment.pull_through_cache.items():
        path: Path_ = ("pull_through_cache", upstream, "credentials")
        prefix = f"{environment.project}-{name}/{upstream}"
        if len(prefix) > _PREFIX:
            yield Conflict(
                ("pull_through_cache", upstream),
                f'its repositories would be below "{prefix}", {len(prefix)} characters; ECR allows {_PREFIX}: shorten the name '
                "of project or environment",
                (("project",),),
            )
        if UPSTREAMS[upstream].needs_credentials and cache.credentials is None:
            yield Conflict(path, f"is missing; ECR pulls nothing from {upstream} without a secret with credentials")
        if cache.credentials is None:
            continue
        if not UPSTREAMS[upstream].needs_credentials:
            yield Conflict(path, f"ECR takes none for {upstream}; leave it out")
            continue
        region = cache.credentials.split(":")[3]
        if region != environment.region:
            message = f"is in {region}; ECR reads a secret of its own region, {environment.region}"
            yield Conflict(path, message, (("region",),))


RULES = (build_variables, build_secrets, caches, machines, networks, tests, registries)
