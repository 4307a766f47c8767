from __future__ import annotations

from pathlib import Path

import pytest

from tealform_harness.provider_stub.cache import Cache


@pytest.fixture
def things(own_cache: Path) -> Cache:
    return Cache("things", ["1.0"], Path(__file__).parent)


def _file(cache: Path) -> Path:
    (file,) = cache.glob("things-*/one.json")
    return file


def test_document_is_found_again(things: Cache) -> None:
    assert things.get("one") is None
    things.put("one", {"a": [1]})
    assert things.get("one") == {"a": [1]}


def test_broken_file_is_replaced(things: Cache, own_cache: Path) -> None:
    things.put("one", {"a": 1})
    _file(own_cache).write_text('{"a": ')
    assert things.get("one") is None
    things.put("one", {"a": 2})
    assert things.get("one") == {"a": 2}


def test_unwritable_cache_is_no_error(things: Cache, own_cache: Path) -> None:
    own_cache.rmdir()
    own_cache.write_text("a file where the folder should be")
    things.put("one", {"a": 1})
    assert things.get("one") is None


def test_other_inputs_are_another_cache(things: Cache) -> None:
    things.put("one", 1)
    assert Cache("things", ["2.0"], Path(__file__).parent).get("one") is None
