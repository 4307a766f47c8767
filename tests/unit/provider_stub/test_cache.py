from __future__ import annotations

from pathlib import Path

import pytest

from tealform_harness.provider_stub import cache
from tealform_harness.provider_stub.cache import Cache


@pytest.fixture
def things(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    monkeypatch.setattr(cache, "CACHE", tmp_path / "cache")
    return Cache("things", ["1.0"], Path(__file__).parent)


def _file(tmp_path: Path) -> Path:
    (file,) = (tmp_path / "cache").glob("things-*/one.json")
    return file


def test_document_is_found_again(things: Cache) -> None:
    assert things.get("one") is None
    things.put("one", {"a": [1]})
    assert things.get("one") == {"a": [1]}


def test_broken_file_is_replaced(things: Cache, tmp_path: Path) -> None:
    things.put("one", {"a": 1})
    _file(tmp_path).write_text('{"a": ')
    assert things.get("one") is None
    things.put("one", {"a": 2})
    assert things.get("one") == {"a": 2}


def test_unwritable_cache_is_no_error(things: Cache, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    things.put("one", {"a": 1})
    assert things.get("one") is None


def test_other_inputs_are_another_cache(things: Cache) -> None:
    things.put("one", 1)
    assert Cache("things", ["2.0"], Path(__file__).parent).get("one") is None
