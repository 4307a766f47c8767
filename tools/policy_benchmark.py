"""How long the policy gate takes on all environments: the first time, and again, beside what checkov needs to start."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tealform.errors import TealformError
from tealform.policy import checkov

LIMITS: Mapping[str, float] = {"first time": 4.0, "again": 0.5}
"""How many times checkov's start each may take."""

_START = "checkov's start"
_ROUNDS = 3
_NOTHING = {"nothing/main.tf.json": "{}"}


def bench(root: Path) -> int:
    """Times all in turn, after a round that is not counted. 0 when each is quick enough, else 1.

    Raises ``TealformError`` if the gate does not pass, since then it is no measurement.
    """
    with tempfile.TemporaryDirectory() as scratch:
        project = _project(root, Path(scratch))
        ways: dict[str, Callable[[], object]] = {
            _START: lambda: checkov.run(root, ["terraform_json"], _NOTHING),
            "first time": lambda: _first(root, project),
            "again": lambda: _gate(root, project),
        }
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        for round_ in range(_ROUNDS + 1):
            for way, run in ways.items():
                took = _timed(run)
                print(f"{f'round {round_}' if round_ else 'warm-up'}: policy: {way}: {took:.2f} s", flush=True)
                if round_:
                    seconds[way].append(took)
    return _verdict({way: statistics.median(each) for way, each in seconds.items()})


def _project(root: Path, scratch: Path) -> Path:
    for name in ("environments", "artifacts"):
        shutil.copytree(root / name, scratch / name, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    (scratch / checkov.VENV).symlink_to((root / checkov.VENV).resolve())
    return scratch


def _first(root: Path, project: Path) -> None:
    shutil.rmtree(project / ".cache", ignore_errors=True)
    _gate(root, project)


def _gate(root: Path, project: Path) -> None:
    command = [sys.executable, "-m", "tealform", "--root", str(project), "policy"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TealformError(f"the gate does not pass, so there is nothing to time:\n{done.stdout}{done.stderr}")


def _timed(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _verdict(medians: Mapping[str, float]) -> int:
    code = 0
    for way, took in medians.items():
        print(f"median: policy: {way}: {took:.2f} s, {took / medians[_START]:.2f} times checkov's start")
        if took > LIMITS.get(way, 1) * medians[_START]:
            print(f"that is more than {LIMITS[way]}", file=sys.stderr)
            code = 1
    return code
