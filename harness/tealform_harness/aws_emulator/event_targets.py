"""What rules of EventBridge do beyond moto: start pipelines, publish to topics, hand events to other buses."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from moto.events.models import events_backends
from moto.events.utils import EventTemplateParser

from tealform_harness.aws_emulator import sns_publish
from tealform_harness.aws_emulator.codepipeline.backend import get_codepipeline
from tealform_harness.aws_emulator.iam_roles import find_role, role_allows, role_trusts
from tealform_harness.aws_emulator.resource_policies import as_list, matches_pattern

Json = dict[str, Any]

PRINCIPAL = "events.amazonaws.com"


def deliver(target: Json, event: Any, rule_arn: str) -> bool:
    """Delivers an event to a target if it is one of these; what may not be delivered is lost, as in EventBridge."""
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
    told = {name: value for name, value in event.items() if name != "ingestion-time"}
    message: Any = {**told, "time": datetime.fromtimestamp(float(event["time"]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    if transformer := target.get("InputTransformer"):
        message = EventTemplateParser.parse(
            transformer["InputTemplate"],
            transformer.get("InputPathsMap", {}),
            cast(Any, {**event, "time": message["time"]}),
        )
    elif given := target.get("Input"):
        message = json.loads(given)
    sns_publish.publish_to_topic(target["Arn"], PRINCIPAL, json.dumps(message))


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
    return bool(role and role_trusts(role, PRINCIPAL) and role_allows(role, action, target["Arn"]))


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
