from __future__ import annotations

from pathlib import Path

import pytest

from tealform_harness.provider_stub import cache
from tealform_harness.provider_stub.cache import Cache


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    monkeypatch.setattr(cache, "CACHE", tmp_path / "cache")
    return Cache("things", ["1.0"], Path(__file__).parent)


def _file(tmp_path: Path) -> Path:
    (file,) = (tmp_path / "cache").glob("things-*/one.json")
    return file


def test_what_is_kept_is_found_again(kept: Cache) -> None:
    assert kept.get("one") is None
    kept.keep("one", {"a": [1]})
    assert kept.get("one") == {"a": [1]}


def test_broken_file_is_made_anew(kept: Cache, tmp_path: Path) -> None:
    kept.keep("one", {"a": 1})
    _file(tmp_path).write_text('{"a": ')
    assert kept.get("one") is None
    kept.keep("one", {"a": 2})
    assert kept.get("one") == {"a": 2}


def test_cache_that_cannot_be_written_is_done_without(kept: Cache, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    kept.keep("one", {"a": 1})
    assert kept.get("one") is None


def test_other_versions_are_other_things(kept: Cache) -> None:
    kept.keep("one", 1)
    assert Cache("things", ["2.0"], Path(__file__).parent).get("one") is None
