from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import pytest

from tealform.terraform.subprocesses import HALT
from tealform_harness.verify.concurrency import side_by_side


def test_everything_comes_and_nothing_waits_for_another() -> None:
    both = threading.Barrier(2, timeout=10)

    def source(name: str) -> Iterator[str]:
        yield f"{name} begins"
        both.wait()
        yield f"{name} ends"

    came = list(side_by_side([source("one"), source("two")]))
    assert sorted(came) == ["one begins", "one ends", "two begins", "two ends"]
    assert came.index("one begins") < came.index("one ends")


def test_failure_of_one_is_told_after_the_others_have_ended() -> None:
    def failing() -> Iterator[str]:
        yield "before"
        raise ValueError("broken")

    came: list[str] = []
    with pytest.raises(ValueError, match="broken"):
        came.extend(side_by_side([failing(), iter(["whole"])]))
    assert sorted(came) == ["before", "whole"]


def test_sources_end_early_once_nobody_asks_for_more() -> None:
    cleaned_up = threading.Event()

    def endless() -> Iterator[str]:
        try:
            while True:
                yield "one more"
                HALT.get().check()
        finally:
            cleaned_up.set()

    came = side_by_side([endless()])
    assert next(came) == "one more"
    with contextlib.closing(came):
        pass
    assert cleaned_up.is_set()


def test_no_source_yields_nothing() -> None:
    assert list(side_by_side([])) == []
