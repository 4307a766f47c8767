"""EventBridge: rules that start pipelines, publish to topics, and pass events on to other buses."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import copy
from datetime import UTC, datetime
from typing import Any, cast

from moto.events.exceptions import ValidationException
from moto.events.models import EventsBackend, Rule, events_backends
from moto.events.utils import EventTemplateParser

from tealform_harness.aws_emulator import service_events
from tealform_harness.aws_emulator.codepipeline.backend import get_codepipeline
from tealform_harness.aws_emulator.iam import as_list, find_role, matches_pattern, role_allows, role_trusts
from tealform_harness.aws_emulator.moto_patch import ExtendedBackend

Json = dict[str, Any]

PRINCIPAL = "events.amazonaws.com"


def deliver(target: Json, event: Any, rule_arn: str) -> bool:
    """Deliver an event to a target if it is one of these; what may not be delivered is lost, as in EventBridge."""
    delivering = _DELIVERING.get(str(target["Arn"]).split(":")[2])
    if delivering is None or (delivering is _to_bus and ":event-bus/" not in target["Arn"]):
        return False
    delivering(target, event, rule_arn)
    return True


def _to_pipeline(target: Json, event: Any, rule_arn: str) -> None:
    *_, region, account_id, name = target["Arn"].split(":")
    if not _role_may(target, rule_arn, "codepipeline:StartPipelineExecution"):
        return
    pipelines = get_codepipeline(account_id, region)
    if name in pipelines.pipelines:
        pipelines.start(name, "CloudWatchEvent", rule_arn)


def _to_topic(target: Json, event: Any, rule_arn: str) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html"""
    described = {name: value for name, value in event.items() if name != "ingestion-time"}
    message: Any = {
        **described,
        "time": datetime.fromtimestamp(float(event["time"]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if transformer := target.get("InputTransformer"):
        message = EventTemplateParser.parse(
            transformer["InputTemplate"],
            transformer.get("InputPathsMap", {}),
            cast(Any, {**event, "time": message["time"]}),
        )
    elif given := target.get("Input"):
        message = json.loads(given)
    service_events.publish_to_topic(target["Arn"], PRINCIPAL, json.dumps(message))


def _to_bus(target: Json, event: Any, rule_arn: str) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html"""
    _, _, _, region, account_id, resource = target["Arn"].split(":")
    if target.get("RoleArn") and not _role_may(target, rule_arn, "events:PutEvents"):
        return
    bus = events_backends[account_id][region].event_buses.get(resource.removeprefix("event-bus/"))
    sender = rule_arn.split(":")[4]
    # Rules do not hand on what came from another account.
    if bus is None or event["account"] != sender or (sender != account_id and not _admits(bus.policy, sender)):
        return
    for rule in tuple(bus.rules.values()):
        if rule.state == "ENABLED":
            rule.send_to_targets(event)


_DELIVERING: Mapping[str, Callable[[Json, Any, str], None]] = {
    "codepipeline": _to_pipeline,
    "sns": _to_topic,
    "events": _to_bus,
}


def _role_may(target: Json, rule_arn: str, action: str) -> bool:
    _, _, _, region, account_id, _ = rule_arn.split(":", 5)
    role = find_role(account_id, region, target["RoleArn"])
    return role_trusts(role, PRINCIPAL) and role_allows(role, action, target["Arn"])


def _admits(policy: str | None, sender: str) -> bool:
    """Whether a bus takes events of the account ``sender``; conditions are not read."""
    for statement in as_list(json.loads(policy or '{"Statement": []}')["Statement"]):
        principal = statement["Principal"]
        named = as_list(principal["AWS"]) if isinstance(principal, dict) else [principal]
        if (
            statement["Effect"] == "Allow"
            and matches_pattern("events:PutEvents", statement["Action"])
            and any(each in ("*", sender) or f":{sender}:" in each for each in named)
        ):
            return True
    return False


class DeliveringRule(Rule):
    """A rule that also delivers to what moto does not."""

    def send_to_targets(self, original_event: Any, transform_input: bool = True) -> None:
        """Deliver an event that matches; a target that cannot be reached is passed over, as EventBridge does."""
        if self.state != "ENABLED" or not self.event_pattern.matches_event(original_event):
            return
        others = copy(self)
        others.targets = [target for target in self.targets if not deliver(target, original_event, self.arn)]
        if others.targets:
            Rule.send_to_targets(others, original_event, transform_input)


class EventBackend(ExtendedBackend, EventsBackend):
    """Adds targets that moto does not deliver to: pipelines, topics and other buses."""

    def put_rule(self, name: str, *args: Any, **kwargs: Any) -> Rule:
        """Also keep its targets and deliver to them."""
        made = super().put_rule(name, *args, **kwargs)
        rule = cast(DeliveringRule, DeliveringRule.__new__(DeliveringRule))
        vars(rule).update(vars(made))
        self._get_event_bus(made.event_bus_name).rules[name] = rule
        return rule

    def put_targets(self, name: str, event_bus_arn: str | None, targets: list[Json]) -> None:
        """Refuse pipelines without a role, and roles that EventBridge cannot take on."""
        for target in filter(_is_pipeline, targets):
            if not target.get("RoleArn"):
                raise ValidationException(f"RoleArn is required for target {target['Arn']}.")
            role = find_role(self.account_id, self.region_name, target["RoleArn"])
            if not role_trusts(role, PRINCIPAL):
                message = f"Provided role '{target['RoleArn']}' cannot be assumed by principal '{PRINCIPAL}'."
                raise ValidationException(message)
        super().put_targets(name, event_bus_arn, cast(Any, targets))


def _is_pipeline(target: Json) -> bool:
    return str(target["Arn"]).split(":")[2] == "codepipeline"
