"""What was proved of an environment, by what, and what could not be."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Literal

from tealform.plan import changes
from tealform.plan.source_map import SourceMap
from tealform.terraform.scratch_module import CommandResult, ScratchModule

Result = Literal["proved", "refuted", "not proved"]


@dataclass(frozen=True)
class Verdict:
    """One claim about one environment.

    ``by`` is what judged it, ``seconds`` how long that took, ``notes`` what it counted or left out. ``findings`` are
    the reasons why a claim was refuted, or why it could not be judged.
    """

    environment: str
    claim: str
    by: str
    result: Result
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()


def not_proved(environment: str, claim: str, by: str, reason: str) -> Verdict:
    """A claim that could not be judged, and why."""
    return Verdict(environment, claim, by, "not proved", findings=(reason,))


@dataclass
class Inquiry:
    """One claim while it is looked into: each step adds notes and findings, ``verdict`` closes it.

    What could not even be initialized, for want of something out of reach, is not proved rather than refuted.
    A step after one that failed would only report what follows from that: ``open`` tells whether to go on.
    """

    claim: str
    by: str
    blame: SourceMap
    notes: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    _out_of_reach: bool = False
    _started: float = field(default_factory=time.perf_counter)

    @property
    def open(self) -> bool:
        """Whether nothing speaks against the claim so far."""
        return not self.findings

    def succeeds(self, outcome: CommandResult) -> bool:
        """Takes a command's errors as findings and its warnings as notes; whether it went well."""
        self.findings += [f"{outcome.command}: {self.blame.describe(error)}" for error in outcome.errors]
        self._out_of_reach = outcome.command == "init" and all(error.out_of_reach for error in outcome.errors)
        self.notes += [f"warning: {self.blame.describe(warning)}" for warning in outcome.warnings]
        return not outcome.errors

    def plan_is_empty(self, work: ScratchModule, when: str) -> bool:
        """Plans again and takes every change as a finding; ``when`` is for its text, like "after apply"."""
        outcome = work.plan()
        if self.succeeds(outcome) and outcome.exit_code:
            wanted = changes.from_plan(work.planned())
            self.findings += [f"the plan {when} is not empty: {self.blame.describe_change(each)}" for each in wanted]
        return self.open

    def verdict(self) -> Verdict:
        """What has come out."""
        seconds = time.perf_counter() - self._started
        result: Result = "proved" if self.open else "not proved" if self._out_of_reach else "refuted"
        notes = tuple(dict.fromkeys(self.notes))
        return Verdict(self.blame.environment, self.claim, self.by, result, seconds, notes, tuple(self.findings))
