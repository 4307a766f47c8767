"""`make mutate`: what it says, and when it fails. Who judges is a stand-in here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tealform_harness.mutation import mutants, run
from tealform_harness.mutation.judging import Caught, Say
from tealform_harness.mutation.mutant import Mutant
from tools.__main__ import main

NOWHERE = Path("nowhere")


def _none(mutant: object) -> None:
    raise AssertionError("nothing is changed here")


def _table(monkeypatch: pytest.MonkeyPatch, *table: Mutant) -> None:
    monkeypatch.setattr(mutants, "by_area", lambda: {"keys": table[:1], "logs": table[1:]})


def _mutant(name: str, blind: str = "") -> Mutant:
    return Mutant(name, f"{name} was done", "It hurts.", "dev", _none, blind)


class _Judge:
    """Knows beforehand who is caught by what, and remembers whom it was asked about."""

    def __init__(self, **caught: tuple[str, ...]) -> None:
        self.caught = caught
        self.asked: list[str] = []

    def __call__(self, root: Path, some: Sequence[Mutant], say: Say) -> Caught:
        self.asked += [each.id for each in some]
        return self.caught


def test_all_caught(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _table(monkeypatch, _mutant("one"), _mutant("two"))
    assert run.mutate(NOWHERE, [], False, _Judge(one=("CUT1", "CUT2"), two=("CUT3",))) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[:4] == [["keys"], ["caught", "one", "CUT1,", "CUT2"], ["logs"], ["caught", "two", "CUT3"]]
    assert " ".join(lines[4]) == "mutation: 2 of 2 caught, 0 known blind spots, 0 missed"


def test_missed_mutant_fails_and_is_told_with_its_harm(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _table(monkeypatch, _mutant("one"), _mutant("two"))
    assert run.mutate(NOWHERE, [], False, _Judge(one=("CUT1",))) == 1
    said = capsys.readouterr().out
    assert "two was done. It hurts." in said
    assert "1 of 2 caught, 0 known blind spots, 1 missed" in said


def test_known_blind_spot_does_not_fail_and_is_told_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _table(monkeypatch, _mutant("one"), _mutant("two", "Only a person can tell."))
    assert run.mutate(NOWHERE, [], False, _Judge(one=("CUT1",))) == 0
    said = capsys.readouterr().out
    assert "Only a person can tell." in said
    assert "1 of 2 caught, 1 known blind spots, 0 missed" in said


def test_blind_spot_that_is_caught_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _table(monkeypatch, _mutant("one", "Only a person can tell."), _mutant("two"))
    assert run.mutate(NOWHERE, [], False, _Judge(one=("CUT1",), two=("CUT1",))) == 1
    assert "1 in the table as blind spots are caught" in capsys.readouterr().out


def test_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _table(monkeypatch, _mutant("one"), _mutant("two"))
    assert run.mutate(NOWHERE, [], True, _Judge(one=("CUT1",))) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["total"], said["caught"], said["blind_spots"], said["missed"]) == (2, 1, 0, 1)
    assert [(each["area"], each["id"], each["result"], each["caught_by"]) for each in said["mutants"]] == [
        ("keys", "one", "caught", ["CUT1"]),
        ("logs", "two", "missed", []),
    ]


def test_one_area(monkeypatch: pytest.MonkeyPatch) -> None:
    _table(monkeypatch, _mutant("one"), _mutant("two"))
    judge = _Judge(two=("CUT1",))
    assert run.mutate(NOWHERE, ["logs"], False, judge) == 0
    assert judge.asked == ["two"]


def test_unknown_area(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _table(monkeypatch, _mutant("one"), _mutant("two"))
    assert main(["mutate", "kyes"]) == 2
    assert capsys.readouterr().err == 'there is no area "kyes"; use keys, logs\n'
