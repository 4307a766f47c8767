"""Keeps in the user's cache what takes long to work out."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tealform.aws.lazy_bindings import CACHE


class Cache:
    """JSON documents by name, all made of the same things.

    ``made_of`` is whatever the documents depend on, such as versions of packages; the code in the folder ``code`` is
    added to it. If any of it changes, the cache is a new one.
    """

    def __init__(self, name: str, made_of: Iterable[str], code: Path) -> None:
        texts = [file.read_text(encoding="utf-8") for file in sorted(code.glob("*.py"))]
        key = hashlib.sha256("\n".join([*made_of, *texts]).encode()).hexdigest()[:16]
        self._folder = CACHE / f"{name}-{key}"

    def get(self, name: str) -> Any:
        """The document called ``name``, or ``None`` if it has not been kept yet, or not whole."""
        try:
            return json.loads((self._folder / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def keep(self, name: str, document: Any) -> None:
        """Keeps ``document`` as ``name``, where there is a place for it: without, it is worked out each time.

        Others may be doing the same: each replaces the file as a whole.
        """
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._folder) as scratch:
                made = Path(scratch, name)
                made.write_text(json.dumps(document), encoding="utf-8")
                made.replace(self._folder / f"{name}.json")
