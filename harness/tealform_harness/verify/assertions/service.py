"""What runs: task definition, service, target groups, rules and scaling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tealform.settings.loader import LoadedEnvironment
from tealform.settings.service import Service
from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.verify import routes
from tealform_harness.verify.assertions.assertion import Fact


def facts(aws: EmulatedAws, settings: LoadedEnvironment) -> Iterator[Fact]:
    """The same for each service."""
    for name, service in settings.environment.service.items():
        yield from _task(aws, settings, name, service)
        yield from _service(aws, settings, name, service)
        yield from _target_groups(aws, settings, name, service)
        yield from _routes(aws, settings, name, service)
        yield from _scaling(aws, settings, name, service)
        yield from _logs(aws, settings, name)


def _task(aws: EmulatedAws, settings: LoadedEnvironment, name: str, service: Service) -> Iterator[Fact]:
    ecs = aws.client("ecs", settings.context.region)
    task = ecs.describe_task_definition(taskDefinition=settings.context.name(name))["taskDefinition"]
    yield Fact(
        ("service", name, "cpu"),
        f"{name}'s size",
        (str(service.cpu), str(service.memory)),
        (task["cpu"], task["memory"]),
    )
    processor = task.get("runtimePlatform", {}).get("cpuArchitecture")
    yield Fact(("service", name, "architecture"), f"{name}'s processor", service.architecture.upper(), processor)
    (container,) = task["containerDefinitions"]
    yield Fact(("service", name), f"{name}'s container", name, container["name"])
    yield Fact(
        ("service", name, "port"),
        f"{name}'s port",
        [service.port],
        [mapping["containerPort"] for mapping in container["portMappings"]],
    )
    variables = {each["name"]: each["value"] for each in container.get("environment", [])}
    yield Fact(("service", name, "environment"), f"{name}'s variables", service.environment, variables)
    secrets = {each["name"]: each["valueFrom"] for each in container.get("secrets", [])}
    yield Fact(("service", name, "secrets"), f"{name}'s secrets", service.secrets, secrets)
    read_only = container.get("readonlyRootFilesystem", False)
    yield Fact(
        ("service", name, "read_only_root_filesystem"),
        f"{name}'s read-only root",
        service.read_only_root_filesystem,
        read_only,
    )


def _service(aws: EmulatedAws, settings: LoadedEnvironment, name: str, service: Service) -> Iterator[Fact]:
    context = settings.context
    ecs = aws.client("ecs", context.region)
    found = ecs.describe_services(cluster=context.name(), services=[context.name(name)])["services"]
    yield Fact(
        ("service", name, "release"),
        f"{name}'s controller",
        [{"codedeploy": "CODE_DEPLOY", "ecs": "ECS"}[service.release.engine]],
        [each["deploymentController"]["type"] for each in found],
    )
    yield Fact(
        ("service", name, "tasks"), f"{name}'s tasks", [service.tasks.min], [each["desiredCount"] for each in found]
    )
    grace = [each["healthCheckGracePeriodSeconds"] for each in found]
    yield Fact(("service", name, "health_check"), f"{name}'s grace period", [service.health_check.grace], grace)
    yield Fact(
        ("service", name, "exec"),
        f"{name}'s ECS Exec",
        [service.exec],
        [each["enableExecuteCommand"] for each in found],
    )
    capacity = {"FARGATE": service.capacity.on_demand, "FARGATE_SPOT": service.capacity.spot}
    weights = {each["capacityProvider"]: each["weight"] for each in found[0]["capacityProviderStrategy"]}
    yield Fact(
        ("service", name, "capacity"),
        f"{name}'s capacity",
        {provider: share for provider, share in capacity.items() if share},
        weights,
    )


def _target_groups(aws: EmulatedAws, settings: LoadedEnvironment, name: str, service: Service) -> Iterator[Fact]:
    check = service.health_check
    for colour, group in _groups(aws, settings, name).items():
        asked = (group["HealthCheckPath"], group["Matcher"]["HttpCode"], group["HealthCheckIntervalSeconds"])
        yield Fact(
            ("service", name, "health_check"),
            f"{name}'s health check of {colour}",
            (check.path, check.status, check.interval),
            asked,
        )
        yield Fact(("service", name, "health_check"), f"{name}'s targets of {colour}", "ip", group["TargetType"])


def _routes(aws: EmulatedAws, settings: LoadedEnvironment, name: str, service: Service) -> Iterator[Fact]:
    """Where each port leads; with engine ``ecs`` that is for the first deployment to say, which is over by then."""
    wanted = settings.environment.load_balancer
    colours = {group["TargetGroupArn"]: colour for colour, group in _groups(aws, settings, name).items()}
    for port, colour in ((wanted.port, "blue"), *([(wanted.test_port, "green")] if wanted.test_listener else [])):
        if service.release.engine == "codedeploy":
            led_to = [
                sorted(colours.get(arn, arn) for arn, weight in route.items() if weight)
                for route in routes.weights(aws, settings, name, port)
            ]
            yield Fact(("service", name, "priority"), f"{name}'s colour on port {port}", [[colour]], led_to)
        if wanted.type == "application":
            yield from _conditions(aws, settings, name, port)


def _conditions(aws: EmulatedAws, settings: LoadedEnvironment, name: str, port: int) -> Iterator[Fact]:
    service = settings.environment.service[name]
    ours = routes.rules(aws, settings, name, port)
    conditions = {each["Field"]: each for rule in ours for each in rule["Conditions"]}
    yield Fact(
        ("service", name, "hosts"),
        f"{name}'s hosts on port {port}",
        sorted(service.hosts),
        _values(conditions, "host-header"),
    )
    paths = sorted(service.paths) or ([] if service.hosts else ["/*"])
    yield Fact(("service", name, "paths"), f"{name}'s paths on port {port}", paths, _values(conditions, "path-pattern"))


def _scaling(aws: EmulatedAws, settings: LoadedEnvironment, name: str, service: Service) -> Iterator[Fact]:
    context = settings.context
    scaling = aws.client("application-autoscaling", context.region)
    resource = f"service/{context.name()}/{context.name(name)}"
    targets = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[resource])["ScalableTargets"]
    limits = [(each["MinCapacity"], each["MaxCapacity"]) for each in targets]
    yield Fact(
        ("service", name, "tasks"), f"{name}'s limits of scaling", [(service.tasks.min, service.tasks.max)], limits
    )
    policies = scaling.describe_scaling_policies(ServiceNamespace="ecs", ResourceId=resource)["ScalingPolicies"]
    values = sorted(each["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] for each in policies)
    targets = [service.scaling.cpu_percent, service.scaling.memory_percent, service.scaling.requests_per_target]
    wanted = sorted(target for target in targets if target is not None)
    yield Fact(("service", name, "scaling"), f"{name}'s targets of scaling", wanted, values)
    answered = scaling.describe_scheduled_actions(ServiceNamespace="ecs", ResourceId=resource)["ScheduledActions"]
    schedules = {
        context.name(name, key): (schedule.at, schedule.timezone, schedule.min, schedule.max)
        for key, schedule in service.scaling.schedule.items()
    }
    yield Fact(("service", name, "scaling"), f"{name}'s schedules", schedules, dict(map(_schedule, answered)))


def _schedule(action: dict[str, Any]) -> tuple[str, tuple[str, str | None, int, int]]:
    """A scheduled action's name; when it happens, and the limits that it sets."""
    limits = action["ScalableTargetAction"]
    when = action["Schedule"], action.get("Timezone")
    return action["ScheduledActionName"], (*when, limits["MinCapacity"], limits["MaxCapacity"])


def _logs(aws: EmulatedAws, settings: LoadedEnvironment, name: str) -> Iterator[Fact]:
    group = settings.context.log_group(name)
    found = aws.client("logs", settings.context.region).describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    days = {each["logGroupName"]: each["retentionInDays"] for each in found}
    yield Fact(
        ("log_retention_days",), f"the days of {name}'s logs", settings.environment.log_retention_days, days.get(group)
    )


def _groups(aws: EmulatedAws, settings: LoadedEnvironment, name: str) -> dict[str, Any]:
    names = {settings.context.name(name, colour): colour for colour in ("blue", "green")}
    balancing = aws.client("elbv2", settings.context.region)
    found = balancing.describe_target_groups(Names=list(names))["TargetGroups"]
    return {names[group["TargetGroupName"]]: group for group in found}


def _values(conditions: dict[str, Any], field: str) -> list[str]:
    """The values of a condition, sorted: the provider sends a set.

    AWS tells them in ``Values``, in ``PathPatternConfig`` and its like, or in both.
    """
    condition = conditions.get(field, {})
    in_config = [each["Values"] for key, each in condition.items() if key.endswith("Config")]
    return sorted(condition.get("Values") or next(iter(in_config), []))
