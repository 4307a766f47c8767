"""Keeps in the project's ``.cache/`` what takes long to work out."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from modules.bindings import CACHE


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
        """The document called ``name``, or ``None`` if it has not been kept yet."""
        file = self._folder / f"{name}.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None

    def keep(self, name: str, document: Any) -> None:
        """Keeps ``document`` as ``name``. Others may be doing the same: each replaces the file as a whole."""
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(dir=self._folder)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(document, stream)
        Path(scratch).replace(self._folder / f"{name}.json")
