"""The requirements of ``tealform[verify]``: which are missing, and the error that names the extra."""

from __future__ import annotations

from importlib import metadata

import pytest

from tealform.cli import extras
from tealform.errors import TealformError

REQUIRES = {
    "tealform": [
        "httpx",
        'tzdata; sys_platform == "nowhere"',
        'moto[server]==5.2.5; extra == "verify"',
        'waitress>=3; extra == "verify"',
        'sphinx; extra == "docs"',
    ],
    "moto": ["boto3", 'flask; extra == "server"', 'docker; extra == "ec2"'],
}


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The distributions that are installed, with their versions."""
    versions = {"tealform": "0.1.0", "httpx": "1.0", "moto": "5.2.5", "flask": "3.1", "waitress": "3.0.2"}

    def version(name: str) -> str:
        if name not in versions:
            raise metadata.PackageNotFoundError(name)
        return versions[name]

    def requires(name: str) -> list[str] | None:
        version(name)
        return REQUIRES.get(name)

    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(metadata, "requires", requires)
    return versions


def test_nothing_is_missing(installed: dict[str, str]) -> None:
    assert extras.missing("verify") == []
    assert extras.missing() == []
    extras.require("verify", "tealform verify")


def test_missing_distribution(installed: dict[str, str]) -> None:
    del installed["waitress"]
    assert extras.missing("verify") == ["waitress>=3"]
    assert extras.missing() == []


def test_wrong_version_says_which_is_installed(installed: dict[str, str]) -> None:
    installed["moto"] = "5.0.0"
    assert extras.missing("verify") == ["moto==5.2.5 (installed: 5.0.0)"]


def test_requirements_of_a_requirements_extra_are_checked(installed: dict[str, str]) -> None:
    del installed["flask"]
    assert extras.missing("verify") == ["flask"]


def test_requirements_of_every_installation(installed: dict[str, str]) -> None:
    del installed["httpx"]
    assert extras.missing() == ["httpx"]
    assert extras.missing("verify") == []


def test_tealform_without_metadata_is_missing_itself(installed: dict[str, str]) -> None:
    installed.clear()
    assert extras.missing("verify") == ["tealform"]


def test_error_names_command_requirements_and_extra(installed: dict[str, str]) -> None:
    del installed["waitress"], installed["flask"]
    with pytest.raises(TealformError) as raised:
        extras.require("verify", "tealform verify")
    assert str(raised.value) == "tealform verify needs flask, waitress>=3; run: pip install 'tealform[verify]'"


def test_this_installation_is_complete() -> None:
    assert extras.missing() == extras.missing("verify") == []
