"""Writes a file completely or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_atomic(content: bytes, file: Path) -> bool:
    """Write ``content`` to ``file``, completely or not at all, unless the file has it already; return whether it was written.

    Raises ``OSError`` if the file cannot be written; it is then unchanged.
    """
    if file.is_file() and file.read_bytes() == content:
        return False
    handle, scratch = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp's file is for its owner alone; a generated file is like any other in the repository.
        Path(scratch).chmod(0o644)
        Path(scratch).replace(file)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
    return True
