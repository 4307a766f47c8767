"""What can be planned and applied: an environment, or the bootstrap of an account."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tealform.errors import TealformError
from tealform.settings import loader
from tealform.settings.errors import SettingsError
from tealform.settings.loader import GENERATED
from tealform.synth import environments
from tealform.synth.terraform_json import blocks
from tealform.terraform import terraform_cli

_BOOTSTRAP = "bootstrap"


@dataclass(frozen=True)
class RootModule:
    """A folder with generated Terraform and a state of its own.

    ``name`` is what people call it: ``dev``, or ``bootstrap/123456789012``. ``region`` is where AWS is asked about it.
    Whatever is ``protected`` wants its name typed before it is changed; what is ``disposable`` may be destroyed.
    """

    name: str
    folder: Path
    region: str
    protected: bool
    disposable: bool

    @property
    def kept(self) -> Path:
        """Where Tealform keeps what belongs to this checkout: the plan, and who is at work."""
        return terraform_cli.data_folder(self.folder) / "tealform"

    @property
    def shown(self) -> str:
        """Its folder, as it is written in messages."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    def command(self, command: str) -> str:
        """How to run ``command``, like ``plan``, on it."""
        return f"make {command} ENV={self.name}"


def find(root: Path, name: str) -> RootModule:
    """The root module called ``name`` of the project in ``root``.

    Raises ``TealformError`` if there is none or nothing has been generated for it, ``SettingsError`` for settings
    that are not valid.
    """
    found = folder(root, name)
    environments.find_generated(found)
    if name.startswith(f"{_BOOTSTRAP}/"):
        return RootModule(name, found, _region(found), _is_protected(root, found.name), disposable=False)
    environment = loader.load(found.parent, name).environment
    return RootModule(name, found, environment.region, environment.protected, environment.disposable)


def folder(root: Path, name: str) -> Path:
    """The folder of what is called ``name``; raises ``TealformError`` if there is none."""
    if not name.startswith(f"{_BOOTSTRAP}/"):
        return environments.find_folder(root, name)
    known = _bootstraps(root)
    if name not in known:
        choice = f"use {', '.join(known)}" if known else "run: make bootstrap"
        raise TealformError(f'there is no "{name}"; {choice}')
    return root / name


def every(root: Path) -> list[RootModule]:
    """All root modules of the project in ``root``. Raises what ``find`` raises."""
    return [find(root, name) for name in (*environments.list_names(root), *_bootstraps(root))]


def _bootstraps(root: Path) -> list[str]:
    return sorted(f"{_BOOTSTRAP}/{file.parent.name}" for file in (root / _BOOTSTRAP).glob(f"*/{GENERATED}"))


def _region(folder: Path) -> str:
    for provider in blocks(environments.load_document(folder).get("provider")):
        for aws in blocks(provider.get("aws")):
            if isinstance(aws.get("region"), str) and "alias" not in aws:
                return str(aws["region"])
    raise TealformError(f"{_BOOTSTRAP}/{folder.name}/{GENERATED}: names no region; run: make bootstrap")


def _is_protected(root: Path, account: str) -> bool:
    """Whether any environment of the account is; settings that cannot be read are taken for protected ones."""
    try:
        found: Iterable[loader.Settings] = [
            loader.load(root / "environments", name) for name in loader.names(root / "environments")
        ]
    except (SettingsError, json.JSONDecodeError):
        return True
    return any(each.environment.protected for each in found if each.environment.account == account)
