"""What delivers releases: repository, build and pipeline."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tealform.settings.loader import LoadedEnvironment
from tealform.settings.source import S3, CodeCommit, Connected, Promotion
from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.verify import push_source
from tealform_harness.verify.assertions.assertion import Assertion, ServiceView, list_services


def check(aws: EmulatedAws, settings: LoadedEnvironment) -> Iterator[Assertion]:
    """Check each service whose pipeline is here, of this environment or of another one."""
    here = [] if settings.environment.pipelines_in else [settings]
    here += [_other_settings(settings, other) for other in settings.project.delivered_by(settings.name)]
    for each in here:
        for view in list_services(aws, each):
            if not isinstance(view.service.source, Promotion):
                yield from _images(view)
            yield from _build(view)
            yield from _pipeline(view)
            yield from _trigger(view)


def _other_settings(settings: LoadedEnvironment, name: str) -> LoadedEnvironment:
    """Return the settings of another environment, as the account of its pipelines sees it."""
    project = settings.project
    return replace(
        settings,
        name=name,
        environment=project.environments[name],
        context=project.pipelines(name),
        neighbors={other: each for other, each in project.environments.items() if other != name},
    )


def filling_project(view: ServiceView) -> str:
    """Return the name of the CodeBuild project that fills in a service's release contract."""
    return f"{view.full_name}-prepare" if _is_prepared(view) else view.full_name


def _is_prepared(view: ServiceView) -> bool:
    return isinstance(view.service.source, Promotion) or view.settings.environment.pipelines_in is not None


def _images(view: ServiceView) -> Iterator[Assertion]:
    repository = push_source.image_repository(view.settings, view.name)
    found = view.client("ecr").describe_repositories(repositoryNames=[repository])["repositories"]
    mutability = [each["imageTagMutability"] for each in found]
    yield view.expect("build", f"tags of {view.name}'s images", ["IMMUTABLE"], mutability)


def _build(view: ServiceView) -> Iterator[Assertion]:
    name, service, builds = view.name, view.service, view.client("codebuild")
    (filling,) = builds.batch_get_projects(names=[filling_project(view)])["projects"]
    if view.settings.environment.pipelines_in is None:
        port = _variables(filling).get("CONTAINER_PORT")
        yield view.expect("port", f"{name}'s port in the build", str(service.port), port)
    if _is_prepared(view):
        privileged = filling["environment"].get("privilegedMode", False)
        yield view.expect("source", f"whether what prepares {name} could build", False, privileged)
    if isinstance(service.source, Promotion):
        return
    (project,) = builds.batch_get_projects(names=[view.full_name])["projects"]
    machine, minutes = project["environment"]["computeType"], project["timeoutInMinutes"]
    yield view.expect("build", f"{name}'s build time", service.build.timeout_minutes, minutes)
    yield view.expect("build", f"{name}'s build machine", service.build.compute, machine)
    own = {key: _variables(project).get(key) for key in service.build.environment}
    yield view.expect("build", f"{name}'s variables of the build", service.build.environment, own)


def _variables(project: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in project["environment"]["environmentVariables"]}


def _pipeline(view: ServiceView) -> Iterator[Assertion]:
    name, release = view.name, view.service.release
    found = view.client("codepipeline").get_pipeline(name=view.full_name)["pipeline"]
    stages = {stage["name"]: stage["actions"][0] for stage in found["stages"]}
    wanted = [*_stages(view)]
    yield view.expect("release", f"{name}'s stages", wanted, [*stages])
    if "Approval" in wanted:
        minutes = stages.get("Approval", {}).get("timeoutInMinutes")
        about = f"minutes that {name}'s approval waits"
        yield view.expect("release", about, release.approval_timeout_minutes, minutes)
    provider = {"codedeploy": "CodeDeployToECS", "ecs": "CodeBuild"}[release.engine]
    yield view.expect("release.engine", f"what deploys {name}", provider, stages["Deploy"]["actionTypeId"]["provider"])
    configuration = stages["Source"]["configuration"]
    polls = [configuration.get(key) for key in ("PollForSourceChanges", "DetectChanges") if key in configuration]
    yield view.expect("source", f"polling of {name}'s source", ["false"], polls)


def _stages(view: ServiceView) -> Iterator[str]:
    service = view.service
    yield "Source"
    if not isinstance(service.source, Promotion):
        yield "Build"
    if _is_prepared(view):
        yield "Prepare"
    if service.scan:
        yield "Scan"
    if service.test:
        yield "Test"
    if service.release.approval:
        yield "Approval"
    yield "Deploy"
    if view.settings.project.promoted_to(view.settings.name, view.name):
        yield "HandOver"


def _trigger(view: ServiceView) -> Iterator[Assertion]:
    """Check that one thing starts the pipeline, and that it is what the settings say."""
    about, source = f"what releases {view.name}", view.service.source
    if isinstance(source, Connected):
        pipeline = view.client("codepipeline").get_pipeline(name=view.full_name)["pipeline"]
        pushes = [push for trigger in pipeline.get("triggers", []) for push in trigger["gitConfiguration"]["push"]]
        watched = [(push.get("branches") or push.get("tags"))["includes"] for push in pushes]
        yield view.expect("source", about, [[*(source.tags or (source.branch,))]], watched)
        return
    events, arn = view.client("events"), view.settings.context.arn("codepipeline", view.full_name)
    rules = events.list_rule_names_by_target(TargetArn=arn)["RuleNames"]
    details = [json.loads(events.describe_rule(Name=rule)["EventPattern"])["detail"] for rule in rules]
    match source:
        case CodeCommit():
            wanted, found = source.branch, [detail["referenceName"] for detail in details]
        case S3():
            wanted, found = source.key, [detail["object"]["key"] for detail in details]
        case Promotion():
            wanted = view.settings.project.pipelines(source.environment).bucket(view.name, "releases")
            found = [detail["bucket"]["name"] for detail in details]
    yield view.expect("source", about, [[wanted]], found)
