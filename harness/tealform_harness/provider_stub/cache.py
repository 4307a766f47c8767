"""Keeps in the user's cache what takes long to compute."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tealform import cache
from tealform.errors import TealformError
from tealform.synth.atomic_write import write_atomic


class Cache:
    """JSON documents by name, all computed from the same inputs.

    ``inputs`` are what the documents depend on, such as versions of packages. The Python code in the folder ``code``
    counts as one of them. If any input changes, the cache is a new one.
    """

    def __init__(self, name: str, inputs: Iterable[str], code: Path) -> None:
        texts = [file.read_text(encoding="utf-8") for file in sorted(code.glob("*.py"))]
        key = hashlib.sha256("\n".join([*inputs, *texts]).encode()).hexdigest()[:16]
        self._name = f"{name}-{key}"
        cache.mark_used(self._name)

    def get(self, name: str) -> Any:
        """Return the document called ``name``, or ``None`` if it is missing or incomplete."""
        try:
            return json.loads((cache.locate(self._name) / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def put(self, name: str, document: Any) -> None:
        """Keep ``document`` as ``name``. Where the folder cannot be written, it is computed each time.

        Other processes may be doing the same: each replaces the file as a whole.
        """
        with suppress(OSError, TealformError):
            if not cache.locate(self._name).is_dir():
                cache.remove_unused(self._name)
            write_atomic(json.dumps(document).encode(), cache.create_folder(self._name) / f"{name}.json")
