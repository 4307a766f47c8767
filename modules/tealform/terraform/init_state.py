"""What ``terraform init`` has last been done for, so that it is repeated exactly where it is due."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from tealform.settings.loader import GENERATED
from tealform.synth.environments import LOCK_FILE


class InitRecord:
    """The record for a root module's folder, kept where Terraform keeps its ``data``.

    Without one, ``terraform init`` is due even where somebody has run it: what it leaves does not tell whether it came to
    its end, and another is quick and changes nothing.
    """

    def __init__(self, folder: Path, data: Path) -> None:
        self._folder = folder
        self._data = data
        self._file = data / "tealform-init"

    def is_current(self) -> bool:
        """Whether ``terraform init`` would have nothing to do."""
        return self._file.is_file() and self._file.read_bytes() == self._requirements()

    def begin(self) -> None:
        """To be called before ``terraform init``, which may be ended half-way."""
        self._data.mkdir(parents=True, exist_ok=True)
        self._file.write_bytes(b"")

    def complete(self) -> None:
        """To be called when all of it has been done."""
        self._file.write_bytes(self._requirements())

    def _requirements(self) -> bytes:
        """A digest of what it acts on. It tells nothing of that: a backend may hold passwords."""
        digest = hashlib.sha256(self._generated())
        for file in (self._folder / LOCK_FILE, *self._written_by_hand()):
            content = file.read_bytes() if file.is_file() else b""
            digest.update(f"\n{os.path.relpath(file, self._folder)}\n{hashlib.sha256(content).hexdigest()}".encode())
        return digest.hexdigest().encode()

    def _generated(self) -> bytes:
        """What matters of the generated file: providers, backend and modules, but no resources, which change often."""
        try:
            document = json.loads((self._folder / GENERATED).read_bytes())
            return json.dumps([document.get("terraform"), document.get("module")], sort_keys=True).encode()
        except (ValueError, AttributeError, RecursionError):
            return b""  # Terraform explains what is wrong with such a file.

    def _written_by_hand(self) -> Iterator[Path]:
        """The files beside the generated one, and those of modules: any may want another provider."""
        for folder in sorted({self._folder, *self._modules()}):
            for file in sorted((*folder.glob("*.tf"), *folder.glob("*.tf.json"))):
                if file != self._folder / GENERATED:
                    yield file

    def _modules(self) -> list[Path]:
        """The folders of the modules that ``terraform init`` has found, wherever they are."""
        try:
            found = json.loads((self._data / "modules" / "modules.json").read_bytes())
            return [self._folder / module["Dir"] for module in found["Modules"]]
        except (OSError, ValueError, LookupError, TypeError):
            return []
