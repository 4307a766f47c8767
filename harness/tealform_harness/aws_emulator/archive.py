"""ZIP archives, the form in which a pipeline hands files on."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_FILE = 0o100644
_FIRST_TIME_IN_A_ZIP = (1980, 1, 1, 0, 0, 0)


def pack(files: Mapping[str, bytes], modes: Mapping[str, int] | None = None) -> bytes:
    """A ZIP of ``files``, contents by path: the same bytes for the same files.

    ``modes`` are those of the files that are not plain ones, by path, as ``stat`` numbers them.
    """
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(path, _FIRST_TIME_IN_A_ZIP)
            entry.external_attr = (modes or {}).get(path, _FILE) << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return memory.getvalue()


def unpack(archive: bytes) -> dict[str, bytes]:
    """The files in a ZIP, contents by path."""
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        return {name: files.read(name) for name in files.namelist() if not name.endswith("/")}
