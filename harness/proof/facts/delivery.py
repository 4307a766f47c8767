"""How releases come about: repository, build and pipeline."""

from __future__ import annotations

import json
from collections.abc import Iterator

from harness.emulated_aws.server import EmulatedAws
from harness.proof.facts.fact import Fact
from modules.settings.load import Settings
from modules.settings.service import Service


def facts(aws: EmulatedAws, settings: Settings) -> Iterator[Fact]:
    """The same for each service."""
    for name, service in settings.environment.service.items():
        yield from _images(aws, settings, name)
        yield from _build(aws, settings, name, service)
        yield from _pipeline(aws, settings, name, service)
        yield from _trigger(aws, settings, name, service)


def _images(aws: EmulatedAws, settings: Settings, name: str) -> Iterator[Fact]:
    registry = aws.client("ecr", settings.context.region)
    found = registry.describe_repositories(repositoryNames=[settings.context.name(name)])["repositories"]
    yield Fact(
        ("service", name, "build"),
        f"tags of {name}'s images",
        ["IMMUTABLE"],
        [each["imageTagMutability"] for each in found],
    )


def _build(aws: EmulatedAws, settings: Settings, name: str, service: Service) -> Iterator[Fact]:
    builds = aws.client("codebuild", settings.context.region)
    (project,) = builds.batch_get_projects(names=[settings.context.name(name)])["projects"]
    yield Fact(
        ("service", name, "build"), f"{name}'s build time", service.build.timeout_minutes, project["timeoutInMinutes"]
    )
    yield Fact(
        ("service", name, "build"),
        f"{name}'s build machine",
        service.build.compute,
        project["environment"]["computeType"],
    )
    variables = {each["name"]: each["value"] for each in project["environment"]["environmentVariables"]}
    yield Fact(
        ("service", name, "port"), f"{name}'s port in the build", str(service.port), variables.get("CONTAINER_PORT")
    )
    own = {key: variables.get(key) for key in service.build.environment}
    yield Fact(("service", name, "build"), f"{name}'s variables of the build", service.build.environment, own)


def _pipeline(aws: EmulatedAws, settings: Settings, name: str, service: Service) -> Iterator[Fact]:
    pipelines, release = aws.client("codepipeline", settings.context.region), service.release
    found = pipelines.get_pipeline(name=settings.context.name(name))["pipeline"]
    stages = {stage["name"]: stage["actions"][0] for stage in found["stages"]}
    approval = ["Approval"] if release.approval else []
    yield Fact(("service", name, "release"), f"{name}'s stages", ["Source", "Build", *approval, "Deploy"], [*stages])
    for stage in approval:
        minutes = stages.get(stage, {}).get("timeoutInMinutes")
        about = f"minutes that {name}'s approval waits"
        yield Fact(("service", name, "release"), about, release.approval_timeout_minutes, minutes)
    provider = {"codedeploy": "CodeDeployToECS", "ecs": "CodeBuild"}[release.engine]
    deploys = stages["Deploy"]["actionTypeId"]["provider"]
    yield Fact(("service", name, "release", "engine"), f"what deploys {name}", provider, deploys)
    polls = stages["Source"]["configuration"].get("PollForSourceChanges")
    yield Fact(("service", name, "source"), f"polling of {name}'s source", "false", polls)


def _trigger(aws: EmulatedAws, settings: Settings, name: str, service: Service) -> Iterator[Fact]:
    events = aws.client("events", settings.context.region)
    pipeline = settings.context.arn("codepipeline", settings.context.name(name))
    rules = events.list_rule_names_by_target(TargetArn=pipeline)["RuleNames"]
    patterns = [json.loads(events.describe_rule(Name=rule)["EventPattern"]) for rule in rules]
    branches = [pattern["detail"]["referenceName"] for pattern in patterns]
    yield Fact(("service", name, "source"), f"the branches that release {name}", [[service.source.branch]], branches)
