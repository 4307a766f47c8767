"""How releases are made: repository, build, deployment group and pipeline."""

from __future__ import annotations

import json
from collections.abc import Iterator

from harness.emulated_aws.server import EmulatedAws
from harness.proof.facts.fact import Fact
from modules.pipeline.traffic import predefined
from modules.settings.load import Settings
from modules.settings.service import Service


def facts(aws: EmulatedAws, settings: Settings) -> Iterator[Fact]:
    """The same for each service."""
    for name, service in settings.environment.service.items():
        yield from _images(aws, settings, name)
        yield from _build(aws, settings, name, service)
        yield from _deployment(aws, settings, name, service)
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


def _deployment(aws: EmulatedAws, settings: Settings, name: str, service: Service) -> Iterator[Fact]:
    group_name, release = settings.context.name(name), service.release
    deploy = aws.client("codedeploy", settings.context.region)
    group = deploy.get_deployment_group(applicationName=group_name, deploymentGroupName=group_name)
    information = group["deploymentGroupInfo"]
    config = information["deploymentConfigName"]
    if expected := predefined(release):
        yield Fact(("service", name, "release"), f"{name}'s pace", expected, config)
    else:
        routing = deploy.get_deployment_config(deploymentConfigName=config)["deploymentConfigInfo"][
            "trafficRoutingConfig"
        ]
        steps = routing[f"timeBased{release.strategy.capitalize()}"]
        found = (steps[f"{release.strategy}Percentage"], steps[f"{release.strategy}Interval"])
        yield Fact(("service", name, "release"), f"{name}'s pace", (release.percent, release.interval_minutes), found)
    blue = information["blueGreenDeploymentConfiguration"]["terminateBlueInstancesOnDeploymentSuccess"]
    yield Fact(
        ("service", name, "release"),
        f"minutes that {name} keeps blue",
        release.keep_blue_minutes,
        blue.get("terminationWaitTimeInMinutes", 0),
    )
    yield Fact(
        ("service", name, "release"), f"{name}'s rollback", True, information["autoRollbackConfiguration"]["enabled"]
    )


def _pipeline(aws: EmulatedAws, settings: Settings, name: str, service: Service) -> Iterator[Fact]:
    pipelines = aws.client("codepipeline", settings.context.region)
    found = pipelines.get_pipeline(name=settings.context.name(name))["pipeline"]
    approval = ["Approval"] if service.release.approval else []
    stages = ["Source", "Build", *approval, "Deploy"]
    yield Fact(("service", name, "release"), f"{name}'s stages", stages, [stage["name"] for stage in found["stages"]])
    polls = found["stages"][0]["actions"][0]["configuration"].get("PollForSourceChanges")
    yield Fact(("service", name, "source"), f"polling of {name}'s source", "false", polls)


def _trigger(aws: EmulatedAws, settings: Settings, name: str, service: Service) -> Iterator[Fact]:
    events = aws.client("events", settings.context.region)
    pipeline = settings.context.arn("codepipeline", settings.context.name(name))
    rules = events.list_rule_names_by_target(TargetArn=pipeline)["RuleNames"]
    patterns = [json.loads(events.describe_rule(Name=rule)["EventPattern"]) for rule in rules]
    branches = [pattern["detail"]["referenceName"] for pattern in patterns]
    yield Fact(("service", name, "source"), f"the branches that release {name}", [[service.source.branch]], branches)
