"""EventBridge: rules that start pipelines, publish to topics, and hand events to other buses."""

from __future__ import annotations

from copy import copy
from typing import Any, cast

from moto.events.exceptions import ValidationException
from moto.events.models import EventsBackend, Rule

from tealform_harness.aws_emulator.event_targets import PRINCIPAL, deliver
from tealform_harness.aws_emulator.iam_roles import find_role, role_trusts
from tealform_harness.aws_emulator.moto_patch import ExtendedBackend

Json = dict[str, Any]


class DeliveringRule(Rule):
    """A rule that also delivers to what moto does not."""

    def send_to_targets(self, original_event: Any, transform_input: bool = True) -> None:
        """Delivers an event that matches; a target that cannot be reached is passed over, as EventBridge does."""
        if self.state != "ENABLED" or not self.event_pattern.matches_event(original_event):
            return
        others = copy(self)
        others.targets = [target for target in self.targets if not deliver(target, original_event, self.arn)]
        if others.targets:
            Rule.send_to_targets(others, original_event, transform_input)


class EventBackend(ExtendedBackend, EventsBackend):
    """Adds targets; what they are stands in ``harness/tealform_harness/aws_emulator/event_targets.py``."""

    def put_rule(self, name: str, *args: Any, **kwargs: Any) -> Rule:
        """Also keeps its targets and delivers to them."""
        made = super().put_rule(name, *args, **kwargs)
        rule = cast(DeliveringRule, DeliveringRule.__new__(DeliveringRule))
        vars(rule).update(vars(made))
        self._get_event_bus(made.event_bus_name).rules[name] = rule
        return rule

    def put_targets(self, name: str, event_bus_arn: str | None, targets: list[Json]) -> None:
        """Refuses pipelines without a role, and roles that EventBridge cannot take on."""
        for target in filter(_is_pipeline, targets):
            if not target.get("RoleArn"):
                raise ValidationException(f"RoleArn is required for target {target['Arn']}.")
            role = find_role(self.account_id, self.region_name, target["RoleArn"])
            if role is None or not role_trusts(role, PRINCIPAL):
                message = f"Provided role '{target['RoleArn']}' cannot be assumed by principal '{PRINCIPAL}'."
                raise ValidationException(message)
        super().put_targets(name, event_bus_arn, cast(Any, targets))


def _is_pipeline(target: Json) -> bool:
    return str(target["Arn"]).split(":")[2] == "codepipeline"
