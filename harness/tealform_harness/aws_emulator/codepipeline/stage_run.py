"""A stage that an execution has entered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from tealform_harness.aws_emulator.codepipeline.action_run import ActionRun
from tealform_harness.aws_emulator.codepipeline.conditions import ConditionRun
from tealform_harness.aws_emulator.codepipeline.validation import in_run_order

Json = Mapping[str, Any]


@dataclass
class StageRun:
    """``runs`` are its actions, as far as they have begun; ``conditions`` those that were looked at, by their hooks.

    ``outcome`` is how the actions ended, while a condition is looked at because of that.
    """

    declaration: Json
    status: str = "InProgress"
    runs: list[ActionRun] = field(default_factory=list)
    conditions: dict[str, ConditionRun] = field(default_factory=dict)
    outcome: str | None = None
    retries: int = 0

    @property
    def name(self) -> str:
        """The stage's name."""
        return str(self.declaration["name"])

    @property
    def left(self) -> bool:
        """Whether the execution may go on to the next stage."""
        return self.status in ("Succeeded", "Skipped")

    @property
    def pending(self) -> ConditionRun | None:
        """The condition that is still looked at."""
        return next((each for each in self.conditions.values() if each.status == "InProgress"), None)

    def waiting(self) -> list[list[Json]]:
        """The actions that have not begun, those that run at the same time together."""
        begun = {run.name for run in self.runs}
        left = [action for action in in_run_order(self.declaration) if action["name"] not in begun]
        return [list(together) for _, together in groupby(left, key=lambda action: int(action.get("runOrder", 1)))]
