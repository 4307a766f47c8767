"""Checks with ``make drift`` whether the committed files are what the settings generate."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tealform.errors import TealformError
from tealform.terraform import subprocesses

SENTENCE = "what is generated is not what is committed"
"""What ``make drift`` says if files differ, and not if it could not generate them."""

# Paths begin at the root of the repository, which may be above the project.
_CHANGED = re.compile(r'^[ MADRCTU?]{2} "?(?:.*/)?((?:environments|bootstrap)/[^"\n]+)"?$', re.MULTILINE)
_UNNAMED = "what make drift shows in the log of the check"
# A make that is started by make would inherit its options.
_MAKES = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "ENV")
_LAST_LINES = 20


@dataclass(frozen=True)
class SynthCheck:
    """The ``files`` to commit, or the ``errors`` that prevented their generation."""

    files: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


def run(root: Path, echo: Callable[[str], None]) -> SynthCheck:
    """Generate everything in ``root`` again, and echo the differences from what is committed."""
    kept = {name: value for name, value in os.environ.items() if name not in _MAKES}
    try:
        done = subprocesses.run(["make", "drift"], kept, root)
    except FileNotFoundError as error:
        raise TealformError("make is needed to generate what is to be judged, and is not installed") from error
    if done.returncode == 0:
        return SynthCheck()
    if SENTENCE not in done.stderr:
        lines = [line for line in done.stderr.splitlines() if line and not line.startswith("make")]
        return SynthCheck(errors=tuple(lines[-_LAST_LINES:]) or ("make drift failed without a word",))
    echo(done.stdout.rstrip("\n"))
    return SynthCheck(files=tuple(sorted(set(_CHANGED.findall(done.stdout)))) or (_UNNAMED,))
