"""The files that a check hands over, read from a run's artifact as data.

Nothing is extracted: this reads the expected files by their names and up to a limit, so no path, link or claimed size
in the archive matters.
"""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Mapping

from tealform.review.report import github
from tealform.review.report.github import ReportError, WorkflowRun

NAME = "review-{}"
"""The artifact's name, with the number of the pull request or ``branch``."""

COMMENT, SARIF = "comment.md", "policy.sarif"

MARKER = "<!-- tealform:review -->"
"""The first line of the comment, which identifies it."""

_LARGEST_ARCHIVE = 20_000_000
_LARGEST = {COMMENT: 300_000, SARIF: 30_000_000}

_UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, EOFError, OSError)
"""What Python's library raises, with ``ValueError``, for archives that are broken, encrypted or packed in unknown ways."""


def fetch(run: WorkflowRun, about: str) -> Mapping[str, bytes]:
    """Return the files in the artifact of ``run`` about a pull request or branch; empty without such an artifact.

    Raises ``ReportError`` for an invalid artifact.
    """
    path = f"repos/{run.repository}/actions/runs/{run.id}/artifacts"
    for each in github.pages(path, "artifacts"):
        if each["name"] == NAME.format(about) and not each["expired"]:
            if each["size_in_bytes"] > _LARGEST_ARCHIVE:
                raise ReportError(f"the artifact has {each['size_in_bytes']} bytes, which is too much")
            return read(github.download(f"repos/{run.repository}/actions/artifacts/{int(each['id'])}/zip"))
    return {}


def read(archive: bytes) -> Mapping[str, bytes]:
    """Return the expected files in a ZIP file. Raises ``ReportError`` if it is none, or one of them is too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            return {name: _limited(opened, name) for name in _LARGEST if name in opened.namelist()}
    except (*_UNREADABLE, ValueError) as error:
        raise ReportError(f"the artifact cannot be read: {error}") from error


def _limited(opened: zipfile.ZipFile, name: str) -> bytes:
    """Read a file up to its limit, whatever the archive says about its size."""
    with opened.open(name) as stream:
        content = stream.read(_LARGEST[name] + 1)
    if len(content) > _LARGEST[name]:
        raise ReportError(f"{name} in the artifact is larger than {_LARGEST[name]} bytes")
    return content
