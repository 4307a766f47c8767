import functools
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tealform import cache
from tealform.policy import checkov_environment
from tests.unit.artifacts.codebuild import Account

_hints = typing.get_type_hints
_hints_once = functools.cache(_hints)


def _hints_of(what: Any, *arguments: Any, **options: Any) -> dict[str, Any]:
    """Return the hints of ``what``; those by which the bindings check arguments are computed once, not at each call."""
    is_check = getattr(what, "__name__", "").startswith("_typecheckingstub__")
    compute: Callable[..., dict[str, Any]] = _hints_once if is_check else _hints
    return compute(what, *arguments, **options)


# A quarter of Python's part in generating an environment, of which there are hundreds in these tests.
typing.get_type_hints = _hints_of  # type: ignore[assignment]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run files that take long first, so that none of them is the last one on a single worker."""
    items.sort(key=lambda item: item.get_closest_marker("long_file") is None)


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account(tmp_path / "account")


@pytest.fixture
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache for the test and for the commands that it runs. Other tests use the user's, where checkov is installed."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setattr(cache, "FOLDER", folder)
    monkeypatch.setenv(cache.VARIABLE, str(folder))
    return folder


@pytest.fixture
def own_scans(request: pytest.FixtureRequest) -> Path:
    """A cache for the test that has nothing but the user's checkov: what it scans was not scanned before."""
    python = checkov_environment.find_python()
    folder: Path = request.getfixturevalue("own_cache")
    (folder / checkov_environment.name_folder()).symlink_to(python.parents[1])
    return folder
