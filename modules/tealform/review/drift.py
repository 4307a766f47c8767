"""Whether what is committed is what the settings say, as ``make drift`` has it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tealform.errors import TealformError
from tealform.terraform import subprocesses

SENTENCE = "what is generated is not what is committed"
"""By this ``make drift`` is told from one that could not generate anything."""

# Seen from where the repository begins, which may be above the project.
_CHANGED = re.compile(r'^[ MADRCTU?]{2} "?(?:.*/)?((?:environments|bootstrap)/[^"\n]+)"?$', re.MULTILINE)
_UNNAMED = "what make drift shows in the log of the check"
# A make that was started by make would take over its options.
_MAKES = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "ENV")
_LAST_LINES = 20


@dataclass(frozen=True)
class Drift:
    """``files`` are those that would have to be committed; ``broken`` says why nothing could be generated."""

    files: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()


def look(root: Path, say: Callable[[str], None]) -> Drift:
    """Generates everything in ``root`` anew and looks; ``say`` is told the differences, line by line."""
    kept = {name: value for name, value in os.environ.items() if name not in _MAKES}
    try:
        done = subprocesses.run(["make", "drift"], kept, root)
    except FileNotFoundError as error:
        raise TealformError("make is needed to generate what is to be judged, and is not installed") from error
    if done.returncode == 0:
        return Drift()
    if SENTENCE not in done.stderr:
        return Drift(broken=tuple(_reasons(done.stderr)) or ("make drift failed without a word",))
    say(done.stdout.rstrip("\n"))
    return Drift(files=tuple(sorted(set(_CHANGED.findall(done.stdout)))) or (_UNNAMED,))


def _reasons(errors: str) -> list[str]:
    return [line for line in errors.splitlines() if line and not line.startswith("make")][-_LAST_LINES:]
