"""The texts that are scanned for secrets in a scope (an environment or ``artifacts``): all files that git has or would take."""

from __future__ import annotations

import base64
import codecs
import hashlib
import io
import os
import re
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path

from tealform.synth import environments

_LARGEST_MEMBER = 50_000_000
"""In bytes. A few kilobytes of ZIP can expand to more than fits into memory."""

_DEEPEST = 3
"""How deep ZIP files may be nested; some contain themselves."""

_NEVER_COMMITTED = ("*.tfstate", "*.tfstate.*", "*.tfplan", ".cdk.tf.json.*", ".smoke-test.zip.*")
_NEVER_ENTERED = {".git", ".terraform", "__pycache__"}
"""What the project's .gitignore names in these folders, for a project that is not in git."""

_PRINTABLE = re.compile(rb"[\x20-\x7e\t]{6,}")


@dataclass(frozen=True)
class Text:
    """A file as text. ``file`` is its path in the project; a file in a ZIP is like one in a folder of that name."""

    file: Path
    content: str


@dataclass(frozen=True)
class Texts:
    """The texts to scan in one scope.

    ``folder`` is the scope's, in the project. ``unread`` says which files could not be read, and why. ``digests`` are the
    SHA-256 of its files in Base64, which the generated Terraform has of what it uploads.
    """

    scope: str
    folder: Path
    texts: tuple[Text, ...]
    unread: tuple[str, ...]
    digests: frozenset[str]

    @cached_property
    def key(self) -> str:
        """A digest of all names and contents."""
        digest = hashlib.sha256()
        for part in (str(self.folder), *self.unread, *sorted(self.digests), *self._parts()):
            data = part.encode(errors="surrogateescape")
            digest.update(len(data).to_bytes(8, "big") + data)
        return digest.hexdigest()

    def _parts(self) -> Iterator[str]:
        for text in self.texts:
            yield str(text.file)
            yield text.content

    def shown(self, file: Path) -> str:
        """Return how a waiver names a file of the scope: its path from the folder, like ``../common.hcl``."""
        if file.is_relative_to(self.folder):
            return file.relative_to(self.folder).as_posix()
        return f"../{file.relative_to(self.folder.parent).as_posix()}"


def read_texts(root: Path, folder: Path) -> Texts:
    """Read the texts of the scope whose ``folder`` is in the project in ``root``.

    Links that lead out of the project are not read. Files in ``environments/`` outside of an environment's folder belong to
    every environment. A ZIP is read as the files in it, any other binary file as its printable characters.
    """
    texts, unread, digests = [], [], set()
    for file in _files(root, folder):
        # A name that is no UTF-8 could not be printed.
        shown = Path(os.fsencode(file.relative_to(root)).decode(errors="replace"))
        try:
            data = _bytes(root, file)
            digests.add(base64.b64encode(hashlib.sha256(data).digest()).decode())
            texts += list(_texts(shown, data))
        except _UnreadError as error:
            unread.append(f"{shown}: {error}")
    return Texts(folder.name, folder.relative_to(root), tuple(texts), tuple(unread), frozenset(digests))


class _UnreadError(Exception):
    """Why a file cannot be read."""


def _files(root: Path, folder: Path) -> list[Path]:
    if folder.parent != root / "environments":
        return _committed(root, folder)
    others = {folder.parent / name for name in environments.list_names(root)} - {folder}
    return [file for file in _committed(root, folder.parent) if others.isdisjoint(file.parents)]


def _committed(root: Path, folder: Path) -> list[Path]:
    """Return the files that git has or would take in a folder, by name; all files if the folder is not in git."""
    asked = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
    try:
        done = subprocess.run([*asked, str(folder.relative_to(root))], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return sorted(_walk(folder))
    found = {root / os.fsdecode(name) for name in done.stdout.split(b"\0") if name}
    return sorted(file for file in found if os.path.lexists(file))


def _walk(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        links = [name for name in folders if Path(here, name).is_symlink()]
        folders[:] = [name for name in folders if name not in _NEVER_ENTERED]
        for name in (*files, *links):
            if not any(fnmatch(name, pattern) for pattern in _NEVER_COMMITTED):
                yield Path(here, name)


def _bytes(root: Path, file: Path) -> bytes:
    if file.is_symlink() and not (file.is_file() and file.resolve().is_relative_to(root.resolve())):
        raise _UnreadError("is a link that leads to no file of the project; commit the file itself")
    if not file.is_file():
        raise _UnreadError("is no ordinary file, so it cannot be scanned for secrets")
    try:
        return file.read_bytes()
    except OSError as error:
        raise _UnreadError(f"cannot be read ({error.strerror}), so it cannot be scanned for secrets") from error


def _texts(file: Path, data: bytes, depth: int = 0) -> Iterator[Text]:
    if not zipfile.is_zipfile(io.BytesIO(data)):
        yield Text(file, _text(data))
    elif depth == _DEEPEST:
        raise _UnreadError("holds ZIP files in one another, too many to be scanned for secrets")
    else:
        yield from _members(file, data, depth + 1)


def _members(file: Path, data: bytes, depth: int) -> Iterator[Text]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(set(archive.namelist())) < len(archive.namelist()):
                raise _UnreadError("has two files of one name in it, so it cannot be scanned for secrets")
            for member in archive.infolist():
                if member.file_size > _LARGEST_MEMBER:
                    raise _UnreadError(f"{member.filename} in it is too large to be scanned for secrets")
                if not member.is_dir():
                    yield from _texts(file / member.filename.lstrip("/"), archive.read(member), depth)
    # Encrypted, compressed in a way that Python does not know, or broken.
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise _UnreadError(f"cannot be unpacked ({error}), so it cannot be scanned for secrets") from error


def _text(data: bytes) -> str:
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if b"\0" in data:
        return b"\n".join(_PRINTABLE.findall(data)).decode("ascii")
    return data.decode("utf-8-sig", errors="replace")
