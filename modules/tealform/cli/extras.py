"""The optional requirements of Tealform, like ``tealform[verify]``: which of them are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tealform.errors import TealformError

if TYPE_CHECKING:
    from packaging.requirements import Requirement

_DISTRIBUTION = "tealform"


def missing(extra: str = "") -> list[str]:
    """Return what is not installed of the requirements of ``extra``, or without one of those of Tealform itself.

    Each is a requirement like ``moto==5.2.5``, and says which version is installed if that is a wrong one.
    """
    return list(dict.fromkeys(_list_missing(_DISTRIBUTION, extra)))


def require(extra: str, command: str) -> None:
    """Raise ``TealformError``, which names the extra, unless all requirements of ``extra`` are installed for ``command``."""
    if absent := missing(extra):
        raise TealformError(f"{command} needs {', '.join(absent)}; run: {install_command(extra)}")


def install_command(extra: str = "") -> str:
    """Return the command that installs an extra, or Tealform itself."""
    return f"pip install '{_DISTRIBUTION}[{extra}]'" if extra else f"pip install {_DISTRIBUTION}"


def _list_missing(distribution: str, extra: str) -> list[str]:
    # Here, because commands import this module, and `tealform --help` does not need these.
    from importlib import metadata

    from packaging.requirements import Requirement

    try:
        texts = metadata.requires(distribution) or []
    except metadata.PackageNotFoundError:
        return [distribution]
    wanted = [each for each in map(Requirement, texts) if _belongs_to(each, extra)]
    return [problem for requirement in wanted for problem in _check(requirement)]


def _belongs_to(requirement: Requirement, extra: str) -> bool:
    """Return whether the requirement is one of ``extra`` and not of every installation. Without ``extra``: the latter."""
    if requirement.marker is None:
        return not extra
    always = requirement.marker.evaluate({"extra": ""})
    return not always and requirement.marker.evaluate({"extra": extra}) if extra else always


def _check(requirement: Requirement) -> list[str]:
    from importlib import metadata

    text = f"{requirement.name}{requirement.specifier}"
    try:
        installed = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return [text]
    if not requirement.specifier.contains(installed, prereleases=True):
        return [f"{text} (installed: {installed})"]
    return [problem for extra in sorted(requirement.extras) for problem in _list_missing(requirement.name, extra)]
