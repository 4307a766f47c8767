"""Values of a release that AWS accepts together, and arguments that Terraform leaves to releases."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.service.ignored_changes import (
    CONTROLLER_TYPES,
    OWNED_BY_AUTOSCALING,
    OWNED_BY_CONTROLLER,
    OWNED_BY_SCHEDULES,
    OWNED_OF_LISTENER,
    OWNED_OF_RULE,
)
from tests.invariants.assertions.document import Body, find_resources, follow, invariant, list_addresses, resolve
from tests.invariants.assertions.routes import list_target_groups

_PREDEFINED = {
    "CodeDeployDefault.ECSAllAtOnce",
    "CodeDeployDefault.ECSCanary10Percent5Minutes",
    "CodeDeployDefault.ECSCanary10Percent15Minutes",
    "CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
    "CodeDeployDefault.ECSLinear10PercentEvery3Minutes",
}
_TWO_DAYS, _DAY = 2880, 1440
_OF_STRATEGY = {
    "BLUE_GREEN": (),
    "CANARY": ("canary_configuration", "canary_percent", "canary_bake_time_in_minutes", 0.1),
    "LINEAR": ("linear_configuration", "step_percent", "step_bake_time_in_minutes", 3),
}


def _groups(document: Body) -> dict[str, Body]:
    return find_resources(document, "aws_codedeploy_deployment_group")


@invariant
def ready_options_agree(document: Body) -> Iterator[str]:
    """STOP_DEPLOYMENT waits, CONTINUE_DEPLOYMENT does not."""
    for name, group in _groups(document).items():
        option = group["blue_green_deployment_config"]["deployment_ready_option"]
        action, wait = option["action_on_timeout"], option.get("wait_time_in_minutes", 0)
        if (action, wait > 0) not in (("STOP_DEPLOYMENT", True), ("CONTINUE_DEPLOYMENT", False)) or wait > _TWO_DAYS:
            yield f"{name}: {action} after {wait} minutes"


@invariant
def blue_is_terminated_in_time(document: Body) -> Iterator[str]:
    """Blue is kept two days at most."""
    for name, group in _groups(document).items():
        ended = group["blue_green_deployment_config"]["terminate_blue_instances_on_deployment_success"]
        if ended["action"] != "TERMINATE" or not 0 <= ended["termination_wait_time_in_minutes"] <= _TWO_DAYS:
            yield f"{name}: {ended}"


@invariant
def deployment_configs_are_known(document: Body) -> Iterator[str]:
    """A deployment configuration is predefined by AWS, or created for ECS in the same document."""
    for name, group in _groups(document).items():
        config, used = group["deployment_config_name"], follow(document, group["deployment_config_name"])
        if config not in _PREDEFINED and used.get("compute_platform") != "ECS":
            yield f"{name}: {config} is no configuration for ECS"
    for name, config in find_resources(document, "aws_codedeploy_deployment_config").items():
        routing = config["traffic_routing_config"]
        kinds = {"TimeBasedCanary": "time_based_canary", "TimeBasedLinear": "time_based_linear"}
        pace = routing.get(kinds.get(routing["type"], ""), {})
        if set(routing) != {"type", kinds.get(routing["type"])}:
            yield f"{name}: {routing['type']} does not go with {sorted(routing)}"
        elif not (1 <= pace["percentage"] <= 99 and 1 <= pace["interval"] <= _TWO_DAYS):
            yield f"{name}: {pace}"


@invariant
def alarms_roll_back(document: Body) -> Iterator[str]:
    """CodeDeploy watches one to ten alarms and rolls back on them, or none and no rollback on alarms."""
    for name, group in _groups(document).items():
        watched = group.get("alarm_configuration", {})
        alarms, events = watched.get("alarms", []), group["auto_rollback_configuration"]["events"]
        if watched.get("enabled", False) != bool(alarms) or len(alarms) > 10 or len(set(alarms)) != len(alarms):
            yield f"{name}: {len(alarms)} alarms are watched"
        if bool(alarms) != ("DEPLOYMENT_STOP_ON_ALARM" in events):
            yield f"{name}: {len(alarms)} alarms, and a rollback on {events}"
        if not {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"} <= set(events):
            yield f"{name}: no rollback on failure and on request"
    for name, service in find_resources(document, "aws_ecs_service").items():
        watched = service.get("alarms", {})
        if watched and not (watched["alarm_names"] and watched["enable"] and watched["rollback"]):
            yield f"{name}: {watched}"


@invariant
def network_load_balancers_move_all_at_once(document: Body) -> Iterator[str]:
    """CodeDeploy divides no traffic of a network load balancer."""
    if any(balancer["load_balancer_type"] == "network" for balancer in find_resources(document, "aws_lb").values()):
        for name, group in _groups(document).items():
            if group["deployment_config_name"] != "CodeDeployDefault.ECSAllAtOnce":
                yield f"{name}: {group['deployment_config_name']} behind a network load balancer"


@invariant
def each_service_has_its_controller(document: Body) -> Iterator[str]:
    """A service of CodeDeploy has one deployment group and nothing of ECS's own; one of ECS the other way round."""
    for name, service in find_resources(document, "aws_ecs_service").items():
        groups = [
            group
            for group in _groups(document).values()
            if follow(document, group["ecs_service"]["service_name"]) is service
        ]
        of_ecs = {"deployment_configuration", "deployment_circuit_breaker", "alarms", "force_new_deployment"} & set(
            service
        )
        if service["deployment_controller"]["type"] == "CODE_DEPLOY":
            if len(groups) != 1 or of_ecs or "advanced_configuration" in service["load_balancer"][0]:
                yield f"{name}: CodeDeploy with {len(groups)} deployment groups and {sorted(of_ecs)}"
        elif groups or "deployment_configuration" not in of_ecs:
            yield f"{name}: ECS with {len(groups)} deployment groups and {sorted(of_ecs)}"


@invariant
def ecs_strategies_are_complete(document: Body) -> Iterator[str]:
    """A strategy of ECS has its own block and no other's, within ECS's limits."""
    for name, service in find_resources(document, "aws_ecs_service").items():
        configuration = service.get("deployment_configuration")
        if configuration is None:
            continue
        wanted = _OF_STRATEGY[configuration["strategy"]]
        if {"canary_configuration", "linear_configuration"} & set(configuration) != set(wanted[:1]):
            yield f"{name}: {configuration['strategy']} with {sorted(configuration)}"
            continue
        waits = [int(configuration["bake_time_in_minutes"])]
        if wanted:
            block, percent, bake, least = wanted
            waits.append(int(configuration[block][bake]))
            if not least <= configuration[block][percent] <= 100:
                yield f"{name}: {configuration[block][percent]} percent"
        if not all(0 <= wait <= _DAY for wait in waits):
            yield f"{name}: waits of {waits} minutes"


@invariant
def smoke_tests_have_time(document: Body) -> Iterator[str]:
    """Lambda ends a function after 15 minutes; its program is the archive in the environment's folder."""
    for name, function in find_resources(document, "aws_lambda_function").items():
        if not 1 <= function["timeout"] <= 900 or resolve(document, function["filename"]) != "smoke-test.zip":
            yield f"{name}: {function['timeout']} seconds for {function['filename']}"


@invariant
def builds_have_time(document: Body) -> Iterator[str]:
    """CodeBuild builds for 5 minutes to 36 hours."""
    for name, project in find_resources(document, "aws_codebuild_project").items():
        if not 5 <= project["build_timeout"] <= 2160:
            yield f"{name}: {project['build_timeout']} minutes"


@invariant
def ignored_changes_match_owners(document: Body) -> Iterator[str]:
    """``ignore_changes`` is the set that the resource's owner changes, and no more."""
    for address, body in list_addresses(document):
        ignored = body.get("lifecycle", {}).get("ignore_changes", [])
        expected = _expected(document, address.split(".")[0], body)
        if set(ignored) != expected or len(ignored) != len(expected):
            yield f"{address} ignores {sorted(ignored)}, not {sorted(expected)}"


def _expected(document: Body, kind: str, body: Body) -> set[str]:
    match kind:
        case "aws_ecs_service":
            type_ = body["deployment_controller"]["type"]
            engines = [engine for engine, each in CONTROLLER_TYPES.items() if each == type_]
            return {each for engine in engines for each in (*OWNED_BY_CONTROLLER[engine], *OWNED_BY_AUTOSCALING)}
        case "aws_lb_listener_rule":
            return {*OWNED_OF_RULE}
        case "aws_lb_listener" if list_target_groups(body["default_action"]):
            return {*OWNED_OF_LISTENER}
        case "aws_appautoscaling_target":
            scheduled = find_resources(document, "aws_appautoscaling_scheduled_action").values()
            # They name the target by a reference to it, or by the same text.
            if any(resolve(document, each["resource_id"]) == body["resource_id"] for each in scheduled):
                return {*OWNED_BY_SCHEDULES}
    return set()
