"""Benchmarks: the synthesis against CDKTF's plain imports, and the policy gate against the start of checkov."""

from __future__ import annotations

import functools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tealform import cache
from tealform.aws import lazy_bindings
from tealform.errors import TealformError
from tealform.policy import checkov, checkov_environment

SYNTHESIS_LIMIT = 0.25
"""The share of the plain imports' time that the synthesis may take."""

GATE_LIMITS: Mapping[str, float] = {"first time": 4.0, "again": 0.5}
"""How many times checkov's start each run of the gate may take."""

_ROUNDS = 3
_SYNTHESIZE = "import pathlib; from tealform import App; App().synth(pathlib.Path({root}), (), print)"
_PLAIN = "import cdktf_cdktf_provider_aws; "
_START = "checkov's start"
_NOTHING = {"nothing/main.tf.json": "{}"}

_T = TypeVar("_T")


@dataclass(frozen=True)
class Run:
    """One process: seconds from start to end, and its largest size in MB."""

    seconds: float
    megabytes: float


def time_synthesis(root: Path) -> int:
    """Time the synthesis of all environments with and without the plain imports; 1 if it exceeds the limit, else 0."""
    with tempfile.TemporaryDirectory() as scratch:
        _copy(root, Path(scratch), "environments")
        tealform = _SYNTHESIZE.format(root=json.dumps(scratch))
        runs = _rounds(
            {"tealform": lambda: _run(tealform, root), "plain imports": lambda: _run(_PLAIN + tealform, root)},
            lambda way, run: f"{way}: {run.seconds:.2f} s, {run.megabytes:.0f} MB",
        )
    seconds = {way: statistics.median(run.seconds for run in each) for way, each in runs.items()}
    megabytes = {way: statistics.median(run.megabytes for run in each) for way, each in runs.items()}
    ratio = seconds["tealform"] / seconds["plain imports"]
    for way in runs:
        print(f"median: {way}: {seconds[way]:.2f} s, {megabytes[way]:.0f} MB")
    print(f"ratio: {ratio:.3f} of the time, {megabytes['tealform'] / megabytes['plain imports']:.3f} of the memory")
    return _exceeds(ratio, SYNTHESIS_LIMIT)


def time_gate(root: Path) -> int:
    """Time the policy gate on all environments with and without kept scans; 1 if one exceeds its limit, else 0.

    Raises ``TealformError`` if the gate does not pass, because then it is no measurement.
    """
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch)
        _copy(root, project, "environments", "artifacts")
        ways: dict[str, Callable[[], object]] = {
            _START: lambda: checkov.run(["terraform_json"], _NOTHING),
            "first time": lambda: _gate_first(root, project),
            "again": lambda: _gate(root, project),
        }
        seconds = _rounds(
            {way: functools.partial(_timed, run) for way, run in ways.items()},
            lambda way, took: f"policy: {way}: {took:.2f} s",
        )
    medians = {way: statistics.median(each) for way, each in seconds.items()}
    code = 0
    for way, took in medians.items():
        ratio = took / medians[_START]
        print(f"median: policy: {way}: {took:.2f} s, {ratio:.2f} times checkov's start")
        code |= _exceeds(ratio, GATE_LIMITS.get(way, 1))
    return code


def _copy(root: Path, project: Path, *names: str) -> None:
    for name in names:
        shutil.copytree(root / name, project / name, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))


def _rounds(ways: Mapping[str, Callable[[], _T]], line: Callable[[str, _T], str]) -> dict[str, list[_T]]:
    """Run all ways in turn, print a line for each run, and return the runs of each, without the warm-up round."""
    runs: dict[str, list[_T]] = {way: [] for way in ways}
    for number in range(_ROUNDS + 1):
        for way, measure in ways.items():
            run = measure()
            print(f"{f'round {number}' if number else 'warm-up'}: {line(way, run)}", flush=True)
            if number:
                runs[way].append(run)
    return runs


def _exceeds(ratio: float, limit: float) -> int:
    if ratio > limit:
        print(f"that is more than {limit}", file=sys.stderr)
    return int(ratio > limit)


def _run(code: str, root: Path) -> Run:
    # Compiled modules are kept, as they are for someone who types `tealform synth` twice.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["JSII_NODE"] = str(lazy_bindings.find_node())
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code], cwd=root, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status != 0:
        raise SystemExit(2)
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(seconds, usage.ru_maxrss * unit / 1e6)


def _gate_first(root: Path, project: Path) -> None:
    own = _own_cache(project)
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir()
    # checkov itself is installed once for all.
    environment = checkov_environment.name_folder()
    (own / environment).symlink_to(cache.FOLDER / environment)
    _gate(root, project)


def _gate(root: Path, project: Path) -> None:
    command = [sys.executable, "-m", "tealform", "--root", str(project), "policy", "--no-synth"]
    variables = os.environ | {cache.VARIABLE: str(_own_cache(project))}
    done = subprocess.run(command, cwd=root, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TealformError(f"the gate does not pass, so there is nothing to time:\n{done.stdout}{done.stderr}")


def _own_cache(project: Path) -> Path:
    return project / ".cache"


def _timed(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
