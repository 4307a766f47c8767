"""One command at a time works in a folder: Terraform's lock guards the state, this one guards the folder."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from tealform.errors import TealformError
from tealform.operations.root_module import GeneratedModule

_FILE = "at-work"


@contextmanager
def lock_folder(module: GeneratedModule, command: str) -> Iterator[None]:
    """Keeps other commands of this checkout out of the module's folder while the ``with`` block lasts.

    The system lets go of the lock when this process ends, however it ends. Raises ``TealformError`` that says who is
    at work if somebody is.
    """
    # For its owner alone: a plan holds what the state holds.
    module.kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (module.kept / _FILE).open("a+", encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            stream.seek(0)
            raise TealformError(f"{module.shown}: {_holder(stream.read())}; wait until that has ended") from error
        stream.truncate(0)
        since = datetime.now(UTC).isoformat(timespec="seconds")
        stream.write(json.dumps({"command": command, "process": os.getpid(), "since": since}))
        stream.flush()
        yield


def _holder(text: str) -> str:
    try:
        found = json.loads(text)
        return f"make {found['command']} is at work here, process {found['process']}, since {found['since']}"
    except (ValueError, KeyError, TypeError):
        return "another command is at work here"
