"""The generated files of one root module: written to its folder, or compared with what is there."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tealform.errors import TealformError
from tealform.synth.atomic_write import write_atomic


@dataclass(frozen=True)
class FileResult:
    """What was done to a file, like ``environments/dev/cdk.tf.json``, and the ``lines`` that say it."""

    file: str
    is_changed: bool
    lines: list[str]


@dataclass(frozen=True, kw_only=True)
class GeneratedFiles:
    """The files of the folder ``folder`` below the repository ``root``.

    ``contents`` has the content of each file by name, in the order in which they are written: a file comes after those
    that it refers to. ``obsolete`` are names of files that Tealform generated once and that nothing refers to.
    """

    root: Path
    folder: str
    contents: Mapping[str, bytes]
    obsolete: tuple[str, ...] = ()

    def write(self) -> Iterator[FileResult]:
        """Write each file that differs and remove the obsolete ones; yield what was done to each.

        Raises ``TealformError`` at the first file that cannot be written; that file and those after it keep their content.
        """
        for name, content in self.contents.items():
            file, shown = self.root / self.folder / name, f"{self.folder}/{name}"
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                is_written = write_atomic(content, file)
            except OSError as error:
                raise TealformError(f"{shown}: cannot be written: {error.strerror}; it is unchanged") from error
            yield FileResult(shown, is_written, [f"{shown}: {'written' if is_written else 'unchanged'}"])
        for name in self.obsolete:
            shown = f"{self.folder}/{name}"
            try:
                (self.root / self.folder / name).unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise TealformError(f"{shown}: cannot be removed: {error.strerror}") from error
            yield FileResult(shown, True, [f"{shown}: removed"])

    def compare(self) -> Iterator[FileResult]:
        """Yield each file that ``write`` would write or remove, with the difference; write nothing."""
        for name, content in self.contents.items():
            before, shown = self._read(name), f"{self.folder}/{name}"
            if before != content:
                yield FileResult(shown, True, _diff(shown, before, content))
        for name in self.obsolete:
            shown = f"{self.folder}/{name}"
            if self._read(name) is not None:
                yield FileResult(shown, True, [f"{shown}: nothing refers to it"])

    def _read(self, name: str) -> bytes | None:
        try:
            return (self.root / self.folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise TealformError(f"{self.folder}/{name}: cannot be read: {error.strerror}") from error


def _diff(shown: str, before: bytes | None, after: bytes) -> list[str]:
    if before is None:
        return [f"{shown}: missing"]
    try:
        old, new = before.decode().splitlines(), after.decode().splitlines()
    except UnicodeDecodeError:
        return [f"{shown}: differs"]
    names = f"{shown} (on disk)", f"{shown} (generated)"
    lines = list(difflib.unified_diff(old, new, *names, n=2, lineterm=""))
    return lines or [f"{shown}: differs in its line endings"]
