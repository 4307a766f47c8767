"""The user's cache: what is slow to compute or to install, kept between runs for all repositories of this user.

Any number of processes may use it at once. Nothing in it is needed: whatever is deleted is made again.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from tealform.errors import TealformError

VARIABLE = "TEALFORM_CACHE"
"""The environment variable that moves the cache to another folder."""


def _locate() -> Path:
    named = os.environ.get(VARIABLE)
    return Path(named).absolute() if named else user_cache_path("tealform")


_POLL_SECONDS = 0.2
_DAY_SECONDS = 24 * 60 * 60
_KEPT_SECONDS = 30 * _DAY_SECONDS
# What a folder is for, and the digest or the version of what it was made from.
_VERSIONED = re.compile(r"(?P<kind>[a-z-]+)-([0-9a-f]{16}|\d+(\.\d+)+)(\.partial)?")

FOLDER = _locate()
"""The cache's folder. It may not exist yet; ``create_folder`` creates it."""


def create_folder(name: str = "") -> Path:
    """Return the cache's folder, or that called ``name`` in it; create it if it does not exist.

    Raises ``TealformError`` if it cannot be created or written.
    """
    folder = locate(name)
    with _explained():
        folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise TealformError(_describe("Permission denied"))
    return folder


def locate(name: str = "") -> Path:
    """Return the cache's folder, or that called ``name`` in it, which may not exist.

    Raises ``TealformError`` if the cache would be in another place for each current folder.
    """
    if problem := find_problem():
        raise TealformError(problem)
    return FOLDER / name


def find_problem() -> str | None:
    """Return what is wrong with the place of the cache, if anything, and what to do."""
    named = os.environ.get(VARIABLE)
    if named and not Path(named).is_absolute():
        return f"{VARIABLE}={named}: would be another folder for each current folder; set it to an absolute path"
    if not FOLDER.is_absolute():
        # Without a home folder there is nothing that ~ could stand for.
        return _describe("the user has no home folder")
    return None


@contextmanager
def lock(name: str, activity: str, check: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Let one process at a time run the ``with`` block for ``name``; the lock of a killed process is released.

    If another process has the lock, standard error says that it is waited for; ``activity`` says what that process does, like
    "preparing the bindings". Meanwhile ``check`` is called again and again, and ends the wait with what it raises. Raises
    ``TealformError`` if the cache cannot be written.
    """
    held = FileLock(create_folder() / f"{name}.lock")
    with _explained():
        try:
            held.acquire(blocking=False)
        except Timeout:
            print(f"Waiting for another process that is {activity}", file=sys.stderr, flush=True)
            _wait(held, check)
    try:
        yield
    finally:
        held.release()


def build_folder(
    name: str, build: Callable[[Path], None], activity: str, check: Callable[[], None] = lambda: None
) -> Path:
    """Return the folder ``name`` of the cache; if it does not exist, ``build`` creates it under the path that it is given.

    It appears as a whole: one process builds it, others wait, and what a killed process left is removed. ``activity`` and
    ``check`` are those of ``lock``. Raises ``TealformError`` if the cache cannot be written, and what ``build`` raises.
    """
    folder = locate(name)
    mark_used(name)
    if folder.is_dir():
        return folder
    with lock(name, activity, check):
        if folder.is_dir():
            return folder
        partial = folder.with_name(f"{name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        try:
            build(partial)
            with _explained():
                partial.rename(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    remove_unused(name)
    return folder


def mark_used(name: str) -> None:
    """Note that the folder ``name`` is in use, so that ``remove_unused`` keeps it; call this before you see whether it exists."""
    folder = FOLDER / name
    # The cache may be one that can only be read.
    with suppress(OSError, TealformError):
        if _age(folder) > _DAY_SECONDS:
            with lock(name, f"removing {folder}"):
                os.utime(folder)


def remove_unused(name: str) -> None:
    """Remove what is of the same kind as ``name``, and no project of this user has used for 30 days.

    For ``bindings-…`` that are those of older versions. Call it after creating ``name``.
    """
    if not (versioned := _VERSIONED.fullmatch(name)):
        return
    for folder in FOLDER.glob(f"{versioned['kind']}-*"):
        # Others may be removing the same, or may have begun to use it.
        with suppress(OSError, TealformError):
            if _VERSIONED.fullmatch(folder.name) and folder.is_dir() and _age(folder) > _KEPT_SECONDS:
                with lock(folder.name.removesuffix(".partial"), f"removing {folder}"):
                    if _age(folder) > _KEPT_SECONDS:
                        _remove(folder)


def _remove(folder: Path) -> None:
    # Under another name first, so that what a killed process leaves of it is not taken for the whole.
    shutil.rmtree(folder.rename(folder.with_name(f"{folder.name.removesuffix('.partial')}.partial")))


def _age(folder: Path) -> float:
    """Return the seconds since the folder was created or used."""
    return time.time() - folder.stat().st_mtime


def _wait(held: FileLock, check: Callable[[], None]) -> None:
    while True:
        check()
        try:
            held.acquire(timeout=_POLL_SECONDS)
        except Timeout:
            continue
        return


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TealformError(_describe(error.strerror or str(error))) from error


def _describe(reason: str) -> str:
    return f"{FOLDER}: the cache cannot be written: {reason}; set {VARIABLE} to a folder that can be written"
