"""What runs: task definition, service, target groups, rules, scaling and logs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tealform.service.ignored_changes import CONTROLLER_TYPES
from tealform.settings.loader import LoadedEnvironment
from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.verify import routes
from tealform_harness.verify.assertions.assertion import Assertion, ServiceView, list_services


def check(aws: EmulatedAws, settings: LoadedEnvironment) -> Iterator[Assertion]:
    """Check what runs for each service."""
    for view in list_services(aws, settings):
        yield from _task(view)
        yield from _service(view)
        groups = _list_target_groups(view)
        yield from _target_groups(view, groups)
        yield from _routes(view, groups)
        yield from _scaling(view)
        yield from _logs(view)


def _task(view: ServiceView) -> Iterator[Assertion]:
    name, service = view.name, view.service
    task = view.client("ecs").describe_task_definition(taskDefinition=view.full_name)["taskDefinition"]
    (container,) = task["containerDefinitions"]
    read_only = container.get("readonlyRootFilesystem", False)
    variables = {each["name"]: each["value"] for each in container.get("environment", [])}
    secrets = {each["name"]: each["valueFrom"] for each in container.get("secrets", [])}
    ports = [mapping["containerPort"] for mapping in container["portMappings"]]
    processor = task.get("runtimePlatform", {}).get("cpuArchitecture")
    size = (str(service.cpu), str(service.memory))
    yield view.expect("cpu", f"{name}'s size", size, (task["cpu"], task["memory"]))
    yield view.expect("architecture", f"{name}'s processor", service.architecture.upper(), processor)
    yield view.expect("", f"{name}'s container", name, container["name"])
    yield view.expect("port", f"{name}'s port", [service.port], ports)
    yield view.expect("environment", f"{name}'s variables", service.environment, variables)
    yield view.expect("secrets", f"{name}'s secrets", service.secrets, secrets)
    expected = service.read_only_root_filesystem
    yield view.expect("read_only_root_filesystem", f"{name}'s read-only root", expected, read_only)


def _service(view: ServiceView) -> Iterator[Assertion]:
    name, service = view.name, view.service
    cluster = view.settings.context.name()
    found = view.client("ecs").describe_services(cluster=cluster, services=[view.full_name])["services"]
    controller = CONTROLLER_TYPES[service.release.engine]
    weights = {each["capacityProvider"]: each["weight"] for each in found[0]["capacityProviderStrategy"]}
    shares = {"FARGATE": service.capacity.on_demand, "FARGATE_SPOT": service.capacity.spot}
    capacity = {provider: share for provider, share in shares.items() if share}
    for setting, about, expected, actual in (
        ("release", f"{name}'s controller", [controller], [each["deploymentController"]["type"] for each in found]),
        ("tasks", f"{name}'s tasks", [service.tasks.min], [each["desiredCount"] for each in found]),
        (
            "health_check",
            f"{name}'s grace period",
            [service.health_check.grace],
            [each["healthCheckGracePeriodSeconds"] for each in found],
        ),
        ("exec", f"{name}'s ECS Exec", [service.exec], [each["enableExecuteCommand"] for each in found]),
        ("capacity", f"{name}'s capacity", capacity, weights),
    ):
        yield view.expect(setting, about, expected, actual)


def _list_target_groups(view: ServiceView) -> dict[str, Any]:
    """List the service's target groups, by color."""
    names = {view.name_with(color): color for color in ("blue", "green")}
    found = view.client("elbv2").describe_target_groups(Names=list(names))["TargetGroups"]
    return {names[group["TargetGroupName"]]: group for group in found}


def _target_groups(view: ServiceView, groups: dict[str, Any]) -> Iterator[Assertion]:
    check = view.service.health_check
    wanted = (check.path, check.status, check.interval)
    for color, group in groups.items():
        found = (group["HealthCheckPath"], group["Matcher"]["HttpCode"], group["HealthCheckIntervalSeconds"])
        yield view.expect("health_check", f"{view.name}'s health check of {color}", wanted, found)
        yield view.expect("health_check", f"{view.name}'s targets of {color}", "ip", group["TargetType"])


def _routes(view: ServiceView, groups: dict[str, Any]) -> Iterator[Assertion]:
    """Check where each port leads. With engine ``ecs``, its first deployment decides that, and is over by now."""
    balancer = view.settings.environment.load_balancer
    colors = {group["TargetGroupArn"]: color for color, group in groups.items()}
    for port, color in ((balancer.port, "blue"), *([(balancer.test_port, "green")] if balancer.test_listener else [])):
        if view.service.release.engine == "codedeploy":
            found = [
                sorted(colors.get(arn, arn) for arn, weight in route.items() if weight)
                for route in routes.read_weights(view.aws, view.settings, view.name, port)
            ]
            yield view.expect("priority", f"{view.name}'s colour on port {port}", [[color]], found)
        if balancer.type == "application":
            yield from _conditions(view, port)


def _conditions(view: ServiceView, port: int) -> Iterator[Assertion]:
    name, service = view.name, view.service
    rules = routes.describe_rules(view.aws, view.settings, name, port)
    conditions = {each["Field"]: each for rule in rules for each in rule["Conditions"]}
    hosts, paths = (_read_values(conditions, field) for field in ("host-header", "path-pattern"))
    yield view.expect("hosts", f"{name}'s hosts on port {port}", sorted(service.hosts), hosts)
    wanted = sorted(service.paths) or ([] if service.hosts else ["/*"])
    yield view.expect("paths", f"{name}'s paths on port {port}", wanted, paths)


def _read_values(conditions: dict[str, Any], field: str) -> list[str]:
    """Return the values of a condition, sorted: the provider sends a set.

    AWS answers them in ``Values``, in ``PathPatternConfig`` and its like, or in both.
    """
    condition = conditions.get(field, {})
    in_config = [each["Values"] for key, each in condition.items() if key.endswith("Config")]
    return sorted(condition.get("Values") or next(iter(in_config), []))


def _scaling(view: ServiceView) -> Iterator[Assertion]:
    name, context, tasks, wanted = view.name, view.settings.context, view.service.tasks, view.service.scaling
    client = view.client("application-autoscaling")
    resource = f"service/{context.name()}/{view.full_name}"
    found = client.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[resource])["ScalableTargets"]
    limits = [(each["MinCapacity"], each["MaxCapacity"]) for each in found]
    yield view.expect("tasks", f"{name}'s limits of scaling", [(tasks.min, tasks.max)], limits)
    found = client.describe_scaling_policies(ServiceNamespace="ecs", ResourceId=resource)["ScalingPolicies"]
    values = sorted(each["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] for each in found)
    targets = [wanted.cpu_percent, wanted.memory_percent, wanted.requests_per_target]
    expected = sorted(target for target in targets if target is not None)
    yield view.expect("scaling", f"{name}'s targets of scaling", expected, values)
    found = client.describe_scheduled_actions(ServiceNamespace="ecs", ResourceId=resource)["ScheduledActions"]
    schedules = {
        view.name_with(key): (schedule.at, schedule.timezone, schedule.min, schedule.max)
        for key, schedule in wanted.schedule.items()
    }
    yield view.expect("scaling", f"{name}'s schedules", schedules, dict(map(_read_schedule, found)))


def _read_schedule(action: dict[str, Any]) -> tuple[str, tuple[str, str | None, int, int]]:
    """Return a scheduled action's name; when it happens, and the limits that it sets."""
    limits = action["ScalableTargetAction"]
    when = action["Schedule"], action.get("Timezone")
    return action["ScheduledActionName"], (*when, limits["MinCapacity"], limits["MaxCapacity"])


def _logs(view: ServiceView) -> Iterator[Assertion]:
    group, days = view.settings.context.log_group(view.name), view.settings.environment.log_retention_days
    found = view.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    retention = {each["logGroupName"]: each["retentionInDays"] for each in found}
    yield Assertion(("log_retention_days",), f"the days of {view.name}'s logs", days, retention.get(group))
