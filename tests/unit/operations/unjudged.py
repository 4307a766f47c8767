"""Runs the harness without the judges, who take longer than all the rest: ``python -m tests.unit.operations.unjudged``."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from tealform.cli import main
from tealform.operations import plan_checks
from tealform.operations.plan_checks import Judgement
from tealform.policy import plan_gate


def command(root: Path, *arguments: str) -> list[str]:
    """The command line that does so on the project in ``root``."""
    return [sys.executable, "-m", "tests.unit.operations.unjudged", "--root", str(root), *arguments]


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    plan_checks.judge = lambda *_: Judgement((), plan_gate.PlanGateResult())
    sys.exit(main.main())
