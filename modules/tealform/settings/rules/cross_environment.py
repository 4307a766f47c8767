"""Environments of a project that fit together: promotions, pipelines elsewhere, and what is in one account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tealform.settings.environment import Environment
from tealform.settings.errors import SettingPath
from tealform.settings.project import Project
from tealform.settings.release_templates import (
    CODEBUILD_VARIABLE_LENGTH,
    PARAMETER_BYTES,
    as_parameter,
    render_settings,
)
from tealform.settings.rules import state
from tealform.settings.rules.conflict import Conflict
from tealform.settings.source import S3, CodeCommit, Promotion


def find_conflicts(environment: Environment, name: str, others: Project) -> Iterator[Conflict]:
    """Return every conflict between ``environment``, called ``name``, and the others of its project."""
    project = Project({**others.environments, name: environment}, others.broken)
    for check in (
        *(_check_contents, _check_home, _check_promotions, _check_channels, _check_names, _check_created_sources),
        *(_check_parameters, _check_build_account),
        *(state.check_state_buckets, state.check_state_is_out_of_reach, state.check_identity_providers),
    ):
        yield from check(project, name)


def drop_unsound(environment: Environment, name: str, others: Mapping[str, Environment]) -> dict[str, Environment]:
    """Return those of ``others`` that find what they need in each other and in ``environment``, until no more drops out."""
    remaining = dict(others)
    while True:
        project = Project({**remaining, name: environment})
        unfit = [
            other for other in remaining if any([*_check_home(project, other), *_check_promotions(project, other)])
        ]
        if not unfit:
            return remaining
        for other in unfit:
            del remaining[other]


def _check_contents(project: Project, name: str) -> Iterator[Conflict]:
    """Require services, with a network, or the pipelines of other environments."""
    environment = project.environments[name]
    if environment.service and environment.network is None:
        message = 'is missing; services need one, for example network { zones = ["eu-west-1a", … ] }'
        yield Conflict(("network",), message)
    if not environment.service and not project.delivered_by(name):
        message = (
            f'is missing; write service "web" {{ port = 8080 }}, or pipelines_in = "{name}" in another environment'
        )
        yield Conflict(("service",), message)
    if not environment.service:
        for key in ("notifications", "pull_through_cache"):
            if getattr(environment, key):
                message = "is about services and their pipelines, which have it in their own environment; leave it out"
                yield Conflict((key,), message, (("service",),))


def _check_home(project: Project, name: str) -> Iterator[Conflict]:
    """Require pipelines elsewhere to be in another account, of the same project and region, one step away."""
    home = project.environments[name].pipelines_in
    message = _home_obstacle(project, name, home) if home else None
    if message is not None:
        yield Conflict(("pipelines_in",), message, (("account",), ("region",), ("project",)))


def _home_obstacle(project: Project, name: str, home: str) -> str | None:
    """Return why an environment cannot hold the pipelines of another, or ``None`` if it can."""
    if (message := _unusable(project, name, home)) is not None:
        return message
    here, there = project.context(name), project.context(home)
    if project.environments[home].pipelines_in:
        return f'"{home}" has its own pipelines elsewhere; name the environment where they are'
    if (here.project, here.region) != (there.project, there.region):
        return f'"{home}" is of project {there.project} in {there.region}, this environment of {here.project} in {here.region}; both must be the same'
    if here.account == there.account:
        return f'"{home}" is in the same account, where pipelines are anyway; leave this out'
    return None


def _unusable(project: Project, name: str, other: str) -> str | None:
    """Return why ``other`` is no environment that ``name`` can refer to, or ``None`` if it is one."""
    if other in project.broken:
        return f"environments/{other} has errors of its own; fix them first, as reported by: tealform synth {other}"
    if other == name or other not in project.environments:
        return f'"{other}" is no other environment; there are {", ".join(key for key, _ in project.others(name)) or "none"}'
    return None


def _check_promotions(project: Project, name: str) -> Iterator[Conflict]:
    """Require promotions that can work."""
    for key, service in project.environments[name].service.items():
        if isinstance(service.source, Promotion):
            message = _promotion_obstacle(project, name, key, service.source.environment)
            if message is not None:
                path: SettingPath = ("service", key, "source", "promotion", "environment")
                yield Conflict(path, message, (("service", key, "architecture"), ("region",), ("account",)))


def _promotion_obstacle(project: Project, name: str, key: str, before: str) -> str | None:
    """Return why a service's releases cannot be promoted from ``before``, or ``None`` if they can."""
    if (message := _unusable(project, name, before)) is not None:
        return message
    mine, theirs = project.environments[name], project.environments[before]
    if key not in theirs.service:
        return f'"{before}" has no service "{key}"; it has {", ".join(theirs.service)}'
    chain = _promotion_chain(project, name, key)
    if chain[-1] in chain[:-1]:
        return f'"{before}" takes its releases from here itself; one environment must build'
    there, here = theirs.service[key].architecture, mine.service[key].architecture
    if there != here:
        return f'"{before}" runs {there} and this environment {here}; one image is for one processor'
    own, other = project.pipelines(name), project.pipelines(before)
    if (own.project, own.region, own.account) != (other.project, other.region, other.account):
        return f'the pipelines of "{before}" are in {other.account}, {other.region} (project {other.project}), those of this environment in {own.account}, {own.region} (project {own.project}); releases are handed on within one account, like a tools account: see pipelines_in'
    for each in chain[1:]:
        if project.environments[each].disposable and not mine.disposable:
            return f'"{each}" is disposable: its destroy would take along what is released here; set disposable = false there'
    return None


def _promotion_chain(project: Project, name: str, key: str) -> list[str]:
    """Return the environments that a service is promoted through, back to the build or to the first one seen twice."""
    chain = [name]
    while len(set(chain)) == len(chain):
        before = project.promoted_from(chain[-1], key)
        environment = project.environments.get(before) if before else None
        if before is None or environment is None or key not in environment.service:
            break
        chain.append(before)
    return chain


def _check_channels(project: Project, name: str) -> Iterator[Conflict]:
    """Require one configuration of a chat's channel in an account: AWS accepts no second one.

    https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1155
    """
    mine = project.environments[name].notifications
    for other, environment in project.others(name):
        theirs = environment.notifications
        if mine is None or theirs is None or not _notify_from_one_account(project, name, other):
            continue
        for kind in ("slack", "teams"):
            channel = getattr(mine, kind)
            if channel is not None and channel == getattr(theirs, kind):
                message = f'"{other}" tells this channel already from the same account, and AWS takes it once; use another one, or none here'
                yield Conflict(("notifications", kind), message, (("account",), ("pipelines_in",)))


def _notify_from_one_account(project: Project, one: str, other: str) -> bool:
    """Return whether two environments notify from one account, but in different states, which cannot share a channel."""

    def origins(name: str) -> set[tuple[str, str]]:
        environment = project.environments[name]
        return {(environment.account, name), (project.pipelines(name).account, environment.pipelines_in or name)}

    return any(
        account == account_ and state != state_
        for account, state in origins(one)
        for account_, state_ in origins(other)
    )


def _check_names(project: Project, name: str) -> Iterator[Conflict]:
    """Require different full names of services in one account and region: "dev" with "web-x" and "dev-web" with "x" clash."""
    here = project.context(name)
    for other, environment in project.others(name):
        there = project.context(other)
        if (here.account, here.region, here.project) != (there.account, there.region, there.project):
            continue
        theirs = {there.name(key): key for key in environment.service}
        for key in project.environments[name].service:
            if (full := here.name(key)) in theirs:
                message = f'would be called "{full}" in AWS, like service.{theirs[full]} of "{other}"; use another name'
                yield Conflict(("service", key), message, (("account",), ("region",), ("project",)))


def _check_created_sources(project: Project, name: str) -> Iterator[Conflict]:
    """Require that one environment creates a repository or bucket."""
    here = project.pipelines(name)
    for other, _ in project.others(name):
        there = project.pipelines(other)
        if (here.account, here.region) != (there.account, there.region):
            continue
        theirs = {(kind, called): key for kind, called, key in _created_sources(project, other)}
        for kind, called, key in _created_sources(project, name):
            same = theirs.get((kind, called))
            # Services with the same full name are reported once, by _check_names.
            if same is not None and here.name(key) != there.name(same):
                argument = "bucket" if kind == "s3" else "repository"
                path: SettingPath = ("service", key, "source", kind, argument)
                message = f'"{called}" is created by service.{same} of "{other}" already; use create = false in one'
                yield Conflict(path, message, ((*path[:-1], "create"), ("account",), ("region",)))


def _created_sources(project: Project, name: str) -> Iterator[tuple[str, str, str]]:
    """Return kind, name and service of the sources that an environment creates."""
    context = project.pipelines(name)
    for key, service in project.environments[name].service.items():
        match service.source:
            case CodeCommit(create=True, repository=given):
                yield "codecommit", given or context.name(key), key
            case S3(create=True, bucket=given):
                yield "s3", given or context.bucket(key, "source"), key


def _check_parameters(project: Project, name: str) -> Iterator[Conflict]:
    """Require texts that fit into Parameter Store's standard size, in bytes, where another account's pipeline reads them.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
    """
    environment = project.environments[name]
    if environment.pipelines_in is None:
        return
    for key, service in environment.service.items():
        for part, text in render_settings(service).items():
            size = len(as_parameter(text).encode())
            if size > PARAMETER_BYTES and len(text) <= CODEBUILD_VARIABLE_LENGTH:
                message = f"takes {size} bytes in the release contract; a parameter holds {PARAMETER_BYTES}: move values to one secret or parameter that the application reads"
                yield Conflict(("service", key, part), message, (("pipelines_in",),))


def _check_build_account(project: Project, name: str) -> Iterator[Conflict]:
    """Require what builds read by name, and what ECR does for them, in the account that they run in.

    CodeBuild reads Parameter Store by name: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
    """
    environment = project.environments[name]
    if environment.pipelines_in not in (None, *project.environments):
        return
    account = project.pipelines(name).account
    arns: dict[SettingPath, str] = {
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
