"""What each stage of verification found about an environment, by what means, and how that is shown."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tealform.plan import changes
from tealform.plan.source_map import SourceMap
from tealform.terraform.scratch_module import CommandResult, ScratchModule

Status = Literal["passed", "failed", "skipped"]

EMULATED_STAGES = ("provider", "apply", "release", "update", "destroy")
"""The stages that need the real provider and the emulated AWS, in their order."""

_HEAD = ("environment", "stage", "status", "time", "by")


@dataclass(frozen=True)
class StageResult:
    """The result of one stage for one environment.

    ``by`` names the programs that checked it, ``seconds`` how long that took, ``notes`` what it counted or left out.
    ``findings`` are the reasons why it failed or was skipped.
    """

    environment: str
    stage: str
    by: str
    status: Status
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()


def skip_stage(environment: str, stage: str, by: str, reason: str) -> StageResult:
    """Return the result of a stage that could not run."""
    return StageResult(environment, stage, by, "skipped", findings=(reason,))


@dataclass
class StageRun:
    """One stage while it runs: each step adds notes and findings, and ``finish`` returns the result.

    If ``terraform init`` fails only because something is out of reach, the stage is skipped and has not failed.
    A step after one that failed would only report what follows from that: ``is_passing`` says whether to go on.
    """

    stage: str
    by: str
    source_map: SourceMap
    notes: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    _is_out_of_reach: bool = False
    _started: float = field(default_factory=time.perf_counter)

    @property
    def is_passing(self) -> bool:
        """Whether there are no findings so far."""
        return not self.findings

    def record(self, outcome: CommandResult) -> bool:
        """Add a command's errors to the findings and its warnings to the notes. Return whether it succeeded."""
        self.findings += [f"{outcome.command}: {self.source_map.describe(error)}" for error in outcome.errors]
        self._is_out_of_reach = outcome.command == "init" and all(error.out_of_reach for error in outcome.errors)
        self.notes += [f"warning: {self.source_map.describe(warning)}" for warning in outcome.warnings]
        return not outcome.errors

    def expect_empty_plan(self, work: ScratchModule, when: str) -> bool:
        """Plan again and add every change to the findings; ``when`` is for their text, like "after apply"."""
        outcome = work.plan()
        if self.record(outcome) and outcome.exit_code:
            planned = changes.from_plan(work.planned())
            self.findings += [
                f"the plan {when} is not empty: {self.source_map.describe_change(each)}" for each in planned
            ]
        return self.is_passing

    def finish(self) -> StageResult:
        """Return the result."""
        seconds = time.perf_counter() - self._started
        status: Status = "passed" if self.is_passing else "skipped" if self._is_out_of_reach else "failed"
        notes = tuple(dict.fromkeys(self.notes))
        return StageResult(
            self.source_map.environment, self.stage, self.by, status, seconds, notes, tuple(self.findings)
        )


def format_result(result: StageResult) -> Iterator[str]:
    """Yield the lines that show one result."""
    time = f", {result.seconds:.1f} s" if result.seconds else ""
    yield f"{result.environment}: {result.stage}: {result.status}{time} ({result.by})"
    yield from (f"    {note}" for note in result.notes)
    yield from (f"  - {finding}" for finding in result.findings)


def format_table(results: Sequence[StageResult]) -> Iterator[str]:
    """Yield a line for each result, the reasons why stages were skipped, and the counts."""
    rows = [_HEAD, *(_row(result) for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    skipped = [result for result in results if result.status == "skipped"]
    for reason in dict.fromkeys(finding for result in skipped for finding in result.findings):
        stages = dict.fromkeys(result.stage for result in skipped if reason in result.findings)
        yield f"skipped: {', '.join(stages)}: {reason}"
    yield summarize(results)


def summarize(results: Sequence[StageResult]) -> str:
    """Return the counts, like ``2 passed, 0 failed, 5 skipped``."""
    statuses = [result.status for result in results]
    return ", ".join(f"{statuses.count(status)} {status}" for status in ("passed", "failed", "skipped"))


def to_json(results: Sequence[StageResult]) -> str:
    """Return all results as one JSON document, seconds rounded to hundredths."""
    entries = [dataclasses.asdict(result) | {"seconds": round(result.seconds, 2)} for result in results]
    return json.dumps({"results": entries}, indent=2)


def _row(result: StageResult) -> tuple[str, ...]:
    time = f"{result.seconds:.1f} s" if result.seconds else ""
    return (result.environment, result.stage, result.status, time, result.by)
