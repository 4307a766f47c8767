"""The name of what is protected."""

from __future__ import annotations

from pathlib import Path

import pytest

from tealform.errors import TealformError
from tealform.operations import prompt
from tealform.operations.root_module import GeneratedModule


@pytest.fixture
def prod(tmp_path: Path) -> GeneratedModule:
    return GeneratedModule("prod", tmp_path, "eu-west-1", protected=True, disposable=False)


def _nothing_is_read() -> str:
    raise AssertionError("it was asked for")


def test_typed_name(prod: GeneratedModule, capsys: pytest.CaptureFixture[str]) -> None:
    prompt.ask(prod, "is protected", None, read=lambda: "prod\n")
    assert capsys.readouterr().err == "prod is protected. Type its name to go on: "


def test_given_name_is_not_asked_for(prod: GeneratedModule) -> None:
    prompt.ask(prod, "is protected", "prod", read=_nothing_is_read)
    with pytest.raises(TealformError, match=r'^"dev" is not prod; nothing was done$'):
        prompt.ask(prod, "is protected", "dev", read=_nothing_is_read)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("yes\n", '"yes" is not prod; nothing was done'),
        ("PROD\n", '"PROD" is not prod; nothing was done'),
        ("", "nothing was typed, nothing was done; without a terminal: CONFIRM=prod"),
    ],
)
def test_anything_else_is_no_yes(prod: GeneratedModule, typed: str, message: str) -> None:
    with pytest.raises(TealformError) as refused:
        prompt.ask(prod, "is protected", None, read=lambda: typed)
    assert str(refused.value) == message
