"""How long the synthesis of all environments takes, beside what it takes with the plain imports."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tealform.aws import lazy_bindings

LIMIT = 0.25
"""The share of the plain imports' time that the synthesis may take."""

_ROUNDS = 3
_SYNTHESIZE = "import sys, pathlib; from modules import app; sys.exit(app.run([], pathlib.Path({root})))"
_PLAIN = "import cdktf_cdktf_provider_aws; "


@dataclass(frozen=True)
class Run:
    """One process: seconds from start to end, and its largest size in MB."""

    seconds: float
    megabytes: float


def bench(root: Path) -> int:
    """Times both ways in turn, after a round that is not counted. 0 when the quick one is quick enough, else 1."""
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(
            root / "environments",
            Path(scratch, "environments"),
            ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"),
        )
        quick = _SYNTHESIZE.format(root=json.dumps(scratch))
        ways = {"tealform": quick, "plain imports": _PLAIN + quick}
        runs: dict[str, list[Run]] = {way: [] for way in ways}
        for round_ in range(_ROUNDS + 1):
            for way, code in ways.items():
                run = _run(code, root)
                counted = "warm-up" if round_ == 0 else f"round {round_}"
                print(f"{counted}: {way}: {run.seconds:.2f} s, {run.megabytes:.0f} MB", flush=True)
                if round_:
                    runs[way].append(run)
    seconds = {way: statistics.median(run.seconds for run in each) for way, each in runs.items()}
    megabytes = {way: statistics.median(run.megabytes for run in each) for way, each in runs.items()}
    ratio = seconds["tealform"] / seconds["plain imports"]
    for way in ways:
        print(f"median: {way}: {seconds[way]:.2f} s, {megabytes[way]:.0f} MB")
    print(f"ratio: {ratio:.3f} of the time, {megabytes['tealform'] / megabytes['plain imports']:.3f} of the memory")
    if ratio > LIMIT:
        print(f"that is more than {LIMIT}", file=sys.stderr)
        return 1
    return 0


def _run(code: str, root: Path) -> Run:
    # Compiled modules are kept, as they are for whoever types `make synth` twice.
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
