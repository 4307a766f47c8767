"""The executions of one pipeline: which of them may go on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import takewhile
from threading import RLock

from moto.core.exceptions import JsonRESTError

from tealform_harness.aws_emulator.codepipeline.action_run import ActionRun
from tealform_harness.aws_emulator.codepipeline.execution import Execution
from tealform_harness.aws_emulator.codepipeline.stage_run import StageRun


class Executions:
    """A stage belongs to one execution at a time.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
    """

    def __init__(self) -> None:
        self._oldest_first: list[Execution] = []
        self.disabled: dict[str, str] = {}
        self._one_at_a_time = RLock()

    def add(self, execution: Execution) -> None:
        """The newest."""
        self._oldest_first.append(execution)

    def get(self, execution_id: str) -> Execution | None:
        """The execution of that id."""
        return next((each for each in self._oldest_first if each.pipeline_execution_id == execution_id), None)

    def advance(self) -> None:
        """Lets each execution go on by one step, the one that is furthest first. Who asks meanwhile waits."""
        with self._one_at_a_time:
            self._supersede()
            for execution in tuple(self._oldest_first):
                execution.advance(partial(self._may_enter, execution))

    def newest_first(self) -> Iterator[Execution]:
        """The newest execution first."""
        return iter(reversed(self._oldest_first))

    def latest_in(self, stage: str) -> tuple[Execution, StageRun] | None:
        """The newest execution that has entered a stage."""
        found = ((each, run) for each in self.newest_first() for run in each.stages if run.name == stage)
        return next(found, None)

    def succeeded_in(self, stage: str, version: int) -> Execution | None:
        """The newest execution of that version of the pipeline that succeeded in a stage, and is no rollback."""
        found = (
            each
            for each in self.newest_first()
            if each.pipeline_version == version
            and not each.rollback
            and any(run.name == stage and run.status == "Succeeded" for run in each.stages)
        )
        return next(found, None)

    def waiting_for(self, stage: str) -> list[Execution]:
        """The executions that wait to enter a stage and have been through another, oldest first."""
        return [each for each in self._oldest_first if each.next_stage == stage and each.stages]

    def approval(self, stage: str, action: str, token: str) -> ActionRun:
        """The approval that waits for ``token``; raises what PutApprovalResult refuses."""
        runs = [
            run
            for execution in self._oldest_first
            for entered in execution.stages
            for run in entered.runs
            if (entered.name, run.name) == (stage, action)
        ]
        for run in runs:
            if run.token == token:
                if run.status != "InProgress" or run.verdict:
                    message = f"The approval of {action} in {stage} has already been given or is over"
                    raise JsonRESTError("ApprovalAlreadyCompletedException", message)
                return run
        raise JsonRESTError("InvalidApprovalTokenException", f"The token is not valid for {action} in {stage}")

    def _supersede(self) -> None:
        """Of those that wait for the same stage only the newest goes on, unless they are queued or run in parallel."""
        waiting: dict[str, Execution] = {}
        for execution in self._oldest_first:
            stage = execution.next_stage
            if stage and execution.stages and execution.pipeline["executionMode"] == "SUPERSEDED":
                if stage in waiting:
                    waiting[stage].supersede()
                waiting[stage] = execution

    def _may_enter(self, execution: Execution, stage: str) -> bool:
        if stage in self.disabled:
            return False
        if execution.pipeline["executionMode"] == "PARALLEL":
            return True
        occupied = any(each.current and each.current.name == stage and not each.ended for each in self._oldest_first)
        ahead = takewhile(lambda each: each is not execution, self._oldest_first)
        return not occupied and not any(each.next_stage == stage for each in ahead)
