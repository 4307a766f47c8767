"""Keeps scans by what was scanned and by what with: the same again takes no second scan."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import sys
import time
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from tealform.policy.checkov import Scan
from tealform.synth.atomic_write import write_atomic

_FOLDER = Path(".cache", "policy")
_PACKAGE = Path(str(files("tealform")))
_CODE = _PACKAGE / "policy"
_CHECKOV = _CODE / "checkov-requirements.txt"
_KEPT_SECONDS = 30 * 24 * 60 * 60
_SCAN = TypeAdapter(Scan)
_NO_PART_OF_SCANS = ("rules", "iam", "reports")


class Cache:
    """The scans of the project in ``root`` that can be relied on; one that was blind is made again."""

    def __init__(self, root: Path) -> None:
        self._folder = root / _FOLDER
        self._with = _digest([_code(), _CHECKOV.read_bytes()])

    def get(self, *scanned: str) -> Scan | None:
        """The scan of these texts, if it was made before by the same checks."""
        try:
            return _SCAN.validate_json(self._file(scanned).read_bytes())
        except (OSError, ValidationError):
            return None

    def put(self, scan: Scan, *scanned: str) -> None:
        """Keeps the scan of these texts, where it can: without what is kept the next one only takes longer."""
        if scan.blind or scan.missing:
            return
        # A full disk, a project that may only be read, a run beside this one that forgets the same.
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
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
def rules() -> str:
    """Another one whenever something changes that our own rules may come from: any code, and any package that it uses."""
    code = [file.read_bytes() for file in sorted(_PACKAGE.rglob("*.py"))]
    installed = {info.name for folder in sys.path for info in Path(folder).glob("*.dist-info")}
    return _digest([*code, *(name.encode() for name in sorted(installed))])


@functools.cache
def _code() -> bytes:
    """All that decides what a scan says beside what is scanned: this package, with its checks in YAML.

    But for what is asked of each environment anew, and for what is made of the answers.
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
