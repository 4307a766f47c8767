"""Scans kept by what was scanned and by what scanned it, so that the same input needs no second scan.

They are in the user's cache. The gate believes them without repeating them, so nothing of the kind may be committed: whoever
sends a change could bring its results along.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from tealform import cache
from tealform.errors import TealformError
from tealform.policy import checkov_environment
from tealform.policy.checkov import Scan
from tealform.synth.atomic_write import write_atomic

_FOLDER = "policy"
_PACKAGE = Path(str(files("tealform")))
_CODE = _PACKAGE / "policy"
_KEPT_SECONDS = 30 * 24 * 60 * 60
_SCAN = TypeAdapter(Scan)
_NO_PART_OF_SCANS = ("rules", "iam", "reports")
"""Sub-packages that do not influence what checkov reports."""

# Some file systems do not distinguish .Venv from .venv; and Python runs what it once compiled, whatever the code says now.
_BELIEVED = (":(icase).venv", ":(glob)**/__pycache__/**")


class Cache:
    """The reliable scans of this user's projects; blind and incomplete ones are not kept."""

    def __init__(self) -> None:
        self._folder = cache.locate(_FOLDER)
        self._with = _digest([_code(), checkov_environment.name_folder().encode()])

    def get(self, *scanned: str) -> Scan | None:
        """Return the scan of these texts, if the same checks made it before."""
        try:
            return _SCAN.validate_json(self._file(scanned).read_bytes())
        except (OSError, ValidationError):
            return None

    def put(self, scan: Scan, *scanned: str) -> None:
        """Keep the scan of these texts if possible; otherwise the next one only takes longer."""
        if scan.blind or scan.missing:
            return
        # A full disk, a cache that may only be read, another process that forgets the same.
        with contextlib.suppress(OSError, TealformError):
            cache.create_folder(_FOLDER)
            write_atomic(_SCAN.dump_json(scan), self._file(scanned))
            self._forget()

    def _file(self, scanned: Iterable[str]) -> Path:
        return self._folder / f"{_digest([self._with.encode(), *(text.encode() for text in scanned)])}.json"

    def _forget(self) -> None:
        oldest = time.time() - _KEPT_SECONDS
        for file in self._folder.glob("*.json"):
            if file.stat().st_mtime < oldest:
                file.unlink(missing_ok=True)


@functools.cache
def digest_code() -> str:
    """Return a digest of all that our own rules may depend on: any code, and the version of any installed package."""
    code = [file.read_bytes() for file in sorted(_PACKAGE.rglob("*.py"))]
    installed = {info.name for folder in sys.path for info in Path(folder).glob("*.dist-info")}
    return _digest([*code, *(name.encode() for name in sorted(installed))])


@functools.cache
def _code() -> bytes:
    """Return a digest of all that decides the result of a scan besides its input: this package, with its checks in YAML.

    It leaves out what is evaluated on each environment anew, and what renders the results.
    """
    found = [file for file in _CODE.rglob("*") if file.suffix in (".py", ".yaml", ".json")]
    found = sorted(file for file in found if file.relative_to(_CODE).parts[0] not in _NO_PART_OF_SCANS)
    return _digest(
        [part for file in found for part in (str(file.relative_to(_CODE)).encode(), file.read_bytes())]
    ).encode()


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def refuse_committed(root: Path) -> None:
    """Raise ``TealformError`` if something is committed that is believed without being made anew, or if git does not say.

    That is compiled Python, ``.venv``, and the user's cache if ``TEALFORM_CACHE`` moves it into the repository. A project that
    is not in git has none.
    """
    believed = [*_BELIEVED, *_cache_in(_find_repository(root))]
    try:
        done = subprocess.run(["git", "ls-files", "-z", "--", *believed], cwd=root, capture_output=True, check=False)
    except FileNotFoundError:
        return
    if done.returncode and _find_repository(root):
        raise TealformError(f"git does not say whether kept results are committed: {os.fsdecode(done.stderr).strip()}")
    if planted := os.fsdecode(done.stdout).partition("\0")[0]:
        raise TealformError(
            f"{planted} is committed, and would be believed without being made anew; run: git rm -r --cached {planted}"
        )


def _find_repository(root: Path) -> Path | None:
    folder = root.absolute()
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)


def _cache_in(repository: Path | None) -> set[str]:
    """Return what git is asked about the cache if it is in the repository, also by a link that is in the repository."""
    if repository is None:
        return set()
    places = ((cache.FOLDER, repository), (cache.FOLDER.resolve(), repository.resolve()))
    return {
        f":(top,icase,literal){folder.relative_to(top).as_posix()}"
        for folder, top in places
        if folder.is_relative_to(top)
    }
