"""EventBridge: rules that start pipelines."""

from __future__ import annotations

from copy import copy
from typing import Any, cast

from moto.events.exceptions import ValidationException
from moto.events.models import EventsBackend, Rule

from harness.emulated_aws.codepipeline.backend import codepipeline_of
from harness.emulated_aws.extension import ExtendedBackend
from harness.emulated_aws.roles import may, role_of, trusts

Json = dict[str, Any]

_SERVICE = "events.amazonaws.com"


class StartingRule(Rule):
    """A rule that also starts pipelines, if the target's role may."""

    def send_to_targets(self, original_event: Any, transform_input: bool = True) -> None:
        """Delivers an event that matches; a target that cannot be reached is passed over, as EventBridge does."""
        if self.state != "ENABLED" or not self.event_pattern.matches_event(original_event):
            return
        others = copy(self)
        others.targets = [target for target in self.targets if not _is_pipeline(target)]
        if others.targets:
            Rule.send_to_targets(others, original_event, transform_input)
        for target in self.targets:
            if _is_pipeline(target) and self._may_start(target):
                *_, region, account_id, name = target["Arn"].split(":")
                pipelines = codepipeline_of(account_id, region)
                if name in pipelines.pipelines:
                    pipelines.start(name, "CloudWatchEvent", self.arn)

    def _may_start(self, target: Json) -> bool:
        role = role_of(self.account_id, self.region_name, target["RoleArn"])
        return bool(role and trusts(role, _SERVICE) and may(role, "codepipeline:StartPipelineExecution", target["Arn"]))


class EventBackend(ExtendedBackend, EventsBackend):
    """Adds pipelines as targets."""

    def put_rule(self, name: str, *args: Any, **kwargs: Any) -> Rule:
        """Also keeps its targets and starts pipelines by it."""
        made = super().put_rule(name, *args, **kwargs)
        rule = cast(StartingRule, StartingRule.__new__(StartingRule))
        vars(rule).update(vars(made))
        self._get_event_bus(made.event_bus_name).rules[name] = rule
        return rule

    def put_targets(self, name: str, event_bus_arn: str | None, targets: list[Json]) -> None:
        """Refuses pipelines without a role, and roles that EventBridge cannot take on."""
        for target in filter(_is_pipeline, targets):
            if not target.get("RoleArn"):
                raise ValidationException(f"RoleArn is required for target {target['Arn']}.")
            role = role_of(self.account_id, self.region_name, target["RoleArn"])
            if role is None or not trusts(role, _SERVICE):
                message = f"Provided role '{target['RoleArn']}' cannot be assumed by principal '{_SERVICE}'."
                raise ValidationException(message)
        super().put_targets(name, event_bus_arn, cast(Any, targets))


def _is_pipeline(target: Json) -> bool:
    return str(target["Arn"]).split(":")[2] == "codepipeline"
