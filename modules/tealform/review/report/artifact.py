"""What the run has left behind, read as data.

Nothing is extracted: the few files that are wanted are read by their names, so that no path and no link in the archive
leads anywhere, and no more of them than is sensible, whatever the archive claims.
"""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Mapping

from tealform.review.report import github
from tealform.review.report.error import ReportError
from tealform.review.report.run import Run

NAME = "pr-check-{}"
"""How it is called; what goes in is the number of the pull request, or the branch."""

COMMENT, SARIF = "comment.md", "policy.sarif"

_LARGEST_ARCHIVE = 20_000_000
_LARGEST = {COMMENT: 300_000, SARIF: 30_000_000}

_NO_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)
"""What Python's library raises for archives that are broken, encrypted, or packed in ways that it does not know."""


def fetch(run: Run, about: str) -> Mapping[str, bytes]:
    """The files in the artifact of ``run`` about a pull request or branch; empty if there is no such artifact.

    Raises ``ReportError`` if there is something wrong with it.
    """
    path = f"repos/{run.repository}/actions/runs/{run.id}/artifacts"
    for each in github.pages(path, "artifacts"):
        if each["name"] == NAME.format(about) and not each["expired"]:
            if each["size_in_bytes"] > _LARGEST_ARCHIVE:
                raise ReportError(f"the artifact has {each['size_in_bytes']} bytes, which is too much")
            return read(github.download(f"repos/{run.repository}/actions/artifacts/{int(each['id'])}/zip"))
    return {}


def read(archive: bytes) -> Mapping[str, bytes]:
    """The wanted files in a ZIP file; raises ``ReportError`` if it is none, or one of them is too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            return {name: _limited(opened, name) for name in _LARGEST if name in opened.namelist()}
    except _NO_ARCHIVE as error:
        raise ReportError(f"the artifact cannot be read: {error}") from error


def _limited(opened: zipfile.ZipFile, name: str) -> bytes:
    """What is said of a file's size is not believed."""
    with opened.open(name) as stream:
        content = stream.read(_LARGEST[name] + 1)
    if len(content) > _LARGEST[name]:
        raise ReportError(f"{name} in the artifact is larger than {_LARGEST[name]} bytes")
    return content
