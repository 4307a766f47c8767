"""The user's cache: where it is, what is said if it cannot be written, and processes that use it at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tealform import cache
from tealform.errors import TealformError
from tests import sessions

BUILDS = """
import sys, time
from pathlib import Path
from tealform import cache

def build(folder):
    folder.mkdir()
    (folder / "half").touch()
    Path(sys.argv[1]).touch()
    time.sleep(float(sys.argv[2]))
    (folder / "whole").touch()
    print("built", flush=True)

print(cache.build_folder("things", build, "building things"))
"""


def _start(begun: Path, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", BUILDS, str(begun), str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _folder(**variables: str) -> str:
    """Return where the cache is in an environment with these variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TEALFORM_", "XDG_"))}
    code = "from tealform import cache; print(cache.FOLDER)"
    ran = subprocess.run([sys.executable, "-c", code], env=kept | variables, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other cache folders")
def test_cache_is_in_the_home_folder_unless_a_variable_moves_it(tmp_path: Path) -> None:
    assert _folder(HOME=str(tmp_path)) == f"{tmp_path}/.cache/tealform"
    assert _folder(HOME=str(tmp_path), XDG_CACHE_HOME=f"{tmp_path}/xdg") == f"{tmp_path}/xdg/tealform"
    assert _folder(TEALFORM_CACHE=str(tmp_path / "own")) == str(tmp_path / "own")


def test_folder_that_cannot_be_created_is_named_with_what_to_do(own_cache: Path) -> None:
    own_cache.rmdir()
    own_cache.touch()
    expected = (
        f"{own_cache}: the cache cannot be written: File exists; set TEALFORM_CACHE to a folder that can be written"
    )
    with pytest.raises(TealformError) as raised:
        cache.create_folder()
    assert str(raised.value) == expected
    with pytest.raises(TealformError) as raised:
        cache.build_folder("things", Path.mkdir, "building things")
    assert str(raised.value) == expected


def test_folder_that_cannot_be_written_is_named_with_what_to_do(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may write everywhere, so that a read-only folder would be no test.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(TealformError, match=f"{own_cache}: .* Permission denied; set TEALFORM_CACHE to a folder"):
        cache.create_folder("things")


def test_user_without_a_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cache, "FOLDER", Path("~/.cache/tealform"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TealformError, match="the user has no home folder; set TEALFORM_CACHE to a folder"):
        cache.create_folder()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("named", ["own", "~/own"])
def test_relative_folder_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str) -> None:
    monkeypatch.setenv("TEALFORM_CACHE", named)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TealformError, match=f"TEALFORM_CACHE={named}: .*; set it to an absolute path"):
        cache.create_folder()
    assert list(tmp_path.iterdir()) == []


def test_full_disk_is_an_error_of_the_cache(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(TealformError, match="No space left on device; set TEALFORM_CACHE"):
        cache.create_folder("things")


def test_two_processes_build_a_folder_once(own_cache: Path, tmp_path: Path) -> None:
    first = _start(tmp_path / "first", 1.0)
    sessions.wait_for(tmp_path / "first")
    second = _start(tmp_path / "second", 0)
    printed, said = second.communicate(timeout=20)
    assert first.communicate(timeout=20) == (f"built\n{own_cache}/things\n", "")
    assert printed == f"{own_cache}/things\n"
    assert said == "Waiting for another process that is building things\n"
    assert (own_cache / "things" / "whole").exists()


def test_folder_of_a_killed_process_is_built_again(own_cache: Path, tmp_path: Path) -> None:
    killed = _start(tmp_path / "killed", 60)
    sessions.wait_for(tmp_path / "killed")
    waiting = _start(tmp_path / "waiting", 0)
    assert waiting.stderr is not None
    assert waiting.stderr.readline().startswith("Waiting")
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert waiting.communicate(timeout=20)[0] == f"built\n{own_cache}/things\n"
    assert sorted(each.name for each in own_cache.iterdir()) == ["things", "things.lock"]


def test_build_that_fails_leaves_nothing_and_is_repeated(own_cache: Path) -> None:
    def fail(folder: Path) -> None:
        folder.mkdir()
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - it is raised here
        cache.build_folder("things", fail, "building things")
    assert [each.name for each in own_cache.iterdir()] == ["things.lock"]
    assert cache.build_folder("things", Path.mkdir, "building things") == own_cache / "things"


def test_complete_folder_needs_no_cache_that_can_be_written(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.build_folder("things", Path.mkdir, "building things")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert cache.build_folder("things", Path.mkdir, "building things") == own_cache / "things"


MONTH = 31 * 24 * 60 * 60


def _make_old(folder: Path) -> Path:
    folder.mkdir(parents=True)
    os.utime(folder, (time.time() - MONTH,) * 2)
    return folder


def test_folders_that_nobody_used_for_a_month_are_removed(own_cache: Path) -> None:
    unused = [
        _make_old(own_cache / name)
        for name in ("things-0123456789abcdef", "things-6.25.0", "things-fedcba9876543210.partial")
    ]
    used = _make_old(own_cache / "things-1111111111111111")
    others = [_make_old(own_cache / name) for name in ("things-of-mine", "other-0123456789abcdef", "things")]
    cache.build_folder(used.name, Path.mkdir, "building things")
    assert all(folder.exists() for folder in unused)
    cache.build_folder("things-2222222222222222", Path.mkdir, "building things")
    assert [folder.name for folder in unused if folder.exists()] == []
    assert all(folder.exists() for folder in (used, *others))


def test_folder_that_another_process_begins_to_use_is_kept(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = _make_old(own_cache / "things-0123456789abcdef")
    lock = cache.lock

    @contextmanager
    def lock_late(name: str, activity: str) -> Iterator[None]:
        with lock(name, activity):
            os.utime(old)
            yield

    monkeypatch.setattr(cache, "lock", lock_late)
    cache.remove_unused("things-1111111111111111")
    assert old.exists()


def test_folder_that_is_removed_before_it_is_used_is_built_again(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = _make_old(own_cache / "things-0123456789abcdef")

    def utime(folder: Path) -> None:
        old.rmdir()
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(os, "utime", utime)
    assert cache.build_folder(old.name, Path.mkdir, "building things").is_dir()


def test_rest_of_a_build_is_removed_under_the_lock_of_the_build(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = _make_old(own_cache / "things-0123456789abcdef.partial")
    lock, locked = cache.lock, []

    def record(name: str, activity: str) -> AbstractContextManager[None]:
        locked.append(name)
        return lock(name, activity)

    monkeypatch.setattr(cache, "lock", record)
    cache.remove_unused("things-1111111111111111")
    assert (locked, rest.exists()) == (["things-0123456789abcdef"], False)


def test_cache_that_can_only_be_read_removes_nothing(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = _make_old(own_cache / "things-0123456789abcdef")
    monkeypatch.setattr(os, "access", lambda *_: False)
    cache.mark_used(old.name)
    cache.remove_unused("things-1111111111111111")
    assert old.exists()


def test_wait_ends_when_the_check_raises(own_cache: Path) -> None:
    def check() -> None:
        raise KeyboardInterrupt

    with _held_by_another_thread(), pytest.raises(KeyboardInterrupt), cache.lock("things", "building", check):
        pass


@contextmanager
def _held_by_another_thread() -> Iterator[None]:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with cache.lock("things", "building"):
            held.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    try:
        yield
    finally:
        done.set()
        thread.join()
