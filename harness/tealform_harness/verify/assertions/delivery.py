"""How releases come about: repository, build and pipeline."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tealform.settings.loader import LoadedEnvironment
from tealform.settings.service import Service
from tealform.settings.source import S3, CodeCommit, Connected, Promotion
from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.verify import push_source
from tealform_harness.verify.assertions.assertion import Fact


def facts(aws: EmulatedAws, settings: LoadedEnvironment) -> Iterator[Fact]:
    """The same for each service whose pipeline is here, be it of this environment or of another one."""
    here = [] if settings.environment.pipelines_in else [settings]
    for other in settings.project.delivered_by(settings.name):
        here.append(_other(settings, other))
    for each in here:
        for name, service in each.environment.service.items():
            if not isinstance(service.source, Promotion):
                yield from _images(aws, each, name)
            yield from _build(aws, each, name, service)
            yield from _pipeline(aws, each, name, service)
            yield from _trigger(aws, each, name, service)


def _other(settings: LoadedEnvironment, name: str) -> LoadedEnvironment:
    """Another environment, as the account of its pipelines sees it."""
    project = settings.project
    neighbors = {other: environment for other, environment in project.environments.items() if other != name}
    return replace(
        settings,
        name=name,
        environment=project.environments[name],
        context=project.pipelines(name),
        neighbors=neighbors,
    )


def filling_project(settings: LoadedEnvironment, name: str) -> str:
    """The CodeBuild project that fills in a service's release contract."""
    full_name = settings.context.name(name)
    return f"{full_name}-prepare" if _is_prepared(settings, name) else full_name


def _is_prepared(settings: LoadedEnvironment, name: str) -> bool:
    source = settings.environment.service[name].source
    return isinstance(source, Promotion) or settings.environment.pipelines_in is not None


def _images(aws: EmulatedAws, settings: LoadedEnvironment, name: str) -> Iterator[Fact]:
    registry = aws.client("ecr", settings.context.region)
    found = registry.describe_repositories(repositoryNames=[push_source.image_repository(settings, name)])[
        "repositories"
    ]
    yield Fact(
        ("service", name, "build"),
        f"tags of {name}'s images",
        ["IMMUTABLE"],
        [each["imageTagMutability"] for each in found],
    )


def _build(aws: EmulatedAws, settings: LoadedEnvironment, name: str, service: Service) -> Iterator[Fact]:
    builds = aws.client("codebuild", settings.context.region)
    (filling,) = builds.batch_get_projects(names=[filling_project(settings, name)])["projects"]
    if settings.environment.pipelines_in is None:
        port = _variables(filling).get("CONTAINER_PORT")
        yield Fact(("service", name, "port"), f"{name}'s port in the build", str(service.port), port)
    if _is_prepared(settings, name):
        privileged = filling["environment"].get("privilegedMode", False)
        yield Fact(("service", name, "source"), f"whether what prepares {name} could build", False, privileged)
    if isinstance(service.source, Promotion):
        return
    (project,) = builds.batch_get_projects(names=[settings.context.name(name)])["projects"]
    path, machine = ("service", name, "build"), project["environment"]["computeType"]
    yield Fact(path, f"{name}'s build time", service.build.timeout_minutes, project["timeoutInMinutes"])
    yield Fact(path, f"{name}'s build machine", service.build.compute, machine)
    own = {key: _variables(project).get(key) for key in service.build.environment}
    yield Fact(path, f"{name}'s variables of the build", service.build.environment, own)


def _variables(project: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in project["environment"]["environmentVariables"]}


def _pipeline(aws: EmulatedAws, settings: LoadedEnvironment, name: str, service: Service) -> Iterator[Fact]:
    pipelines, release = aws.client("codepipeline", settings.context.region), service.release
    found = pipelines.get_pipeline(name=settings.context.name(name))["pipeline"]
    stages = {stage["name"]: stage["actions"][0] for stage in found["stages"]}
    wanted = [*_stages(settings, name, service)]
    yield Fact(("service", name, "release"), f"{name}'s stages", wanted, [*stages])
    if "Approval" in wanted:
        minutes = stages.get("Approval", {}).get("timeoutInMinutes")
        about = f"minutes that {name}'s approval waits"
        yield Fact(("service", name, "release"), about, release.approval_timeout_minutes, minutes)
    provider = {"codedeploy": "CodeDeployToECS", "ecs": "CodeBuild"}[release.engine]
    deploys = stages["Deploy"]["actionTypeId"]["provider"]
    yield Fact(("service", name, "release", "engine"), f"what deploys {name}", provider, deploys)
    configuration = stages["Source"]["configuration"]
    polls = [configuration.get(key) for key in ("PollForSourceChanges", "DetectChanges") if key in configuration]
    yield Fact(("service", name, "source"), f"polling of {name}'s source", ["false"], polls)


def _stages(settings: LoadedEnvironment, name: str, service: Service) -> Iterator[str]:
    yield "Source"
    if not isinstance(service.source, Promotion):
        yield "Build"
    if _is_prepared(settings, name):
        yield "Prepare"
    if service.scan:
        yield "Scan"
    if service.test:
        yield "Test"
    if service.release.approval:
        yield "Approval"
    yield "Deploy"
    if settings.project.promoted_to(settings.name, name):
        yield "HandOver"


def _trigger(aws: EmulatedAws, settings: LoadedEnvironment, name: str, service: Service) -> Iterator[Fact]:
    """One thing starts the pipeline, and that is what the settings say."""
    path, source = ("service", name, "source"), service.source
    if isinstance(source, Connected):
        pipelines = aws.client("codepipeline", settings.context.region)
        found = pipelines.get_pipeline(name=settings.context.name(name))["pipeline"].get("triggers", [])
        pushes = [push for trigger in found for push in trigger["gitConfiguration"]["push"]]
        watched = [(push.get("branches") or push.get("tags"))["includes"] for push in pushes]
        yield Fact(path, f"what releases {name}", [[*(source.tags or (source.branch,))]], watched)
        return
    events = aws.client("events", settings.context.region)
    pipeline = settings.context.arn("codepipeline", settings.context.name(name))
    rules = events.list_rule_names_by_target(TargetArn=pipeline)["RuleNames"]
    details = [json.loads(events.describe_rule(Name=rule)["EventPattern"])["detail"] for rule in rules]
    match source:
        case CodeCommit():
            wanted = [source.branch]
            found = [detail["referenceName"] for detail in details]
        case S3():
            wanted = [source.key]
            found = [detail["object"]["key"] for detail in details]
        case Promotion():
            wanted = [settings.project.pipelines(source.environment).bucket(name, "releases")]
            found = [detail["bucket"]["name"] for detail in details]
    yield Fact(path, f"what releases {name}", [wanted], found)
