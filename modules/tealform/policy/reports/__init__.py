"""The reports of the policy gate: lines for a terminal, and the formats that it writes to files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tealform.errors import TealformError
from tealform.policy.reports import json_report, junit, markdown, sarif
from tealform.policy.result import GateResult
from tealform.synth.atomic_write import write_atomic

FORMATS: Mapping[str, Callable[[Sequence[GateResult]], str]] = {
    "sarif": sarif.render,
    "junit": junit.render,
    "json": json_report.render,
    "markdown": markdown.render,
}
"""The renderer of each format, by its name on the command line."""


def clear(files: Mapping[str, Path]) -> None:
    """Delete old reports, so that none passes for the new one if the check fails.

    ``files`` has the file of each format, by its name in ``FORMATS``. Raises ``TealformError``, and deletes nothing, if one of
    them is no ordinary file or is named twice.
    """
    for file in files.values():
        if file.is_symlink() or (file.exists() and not file.is_file()):
            raise TealformError(f"{file} is no ordinary file, and would be replaced by the report; name another one")
    if len({file.resolve() for file in files.values()}) < len(files):
        raise TealformError("two reports have the same file; name a file for each")
    for file in files.values():
        file.unlink(missing_ok=True)


def write(results: Sequence[GateResult], files: Mapping[str, Path]) -> None:
    """Write a report of the results into each file. ``files`` is that of ``clear``."""
    for name, file in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(FORMATS[name](results).encode(), file)
