"""What can be planned and applied: an environment, or the bootstrap of an account."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tealform.errors import TealformError
from tealform.settings import loader
from tealform.settings.errors import SettingsError
from tealform.settings.loader import GENERATED
from tealform.synth import environments
from tealform.synth.terraform_json import blocks
from tealform.terraform import terraform_cli

_LOCK_FILE = "at-work"


@dataclass(frozen=True)
class GeneratedModule:
    """A root module: a folder with generated Terraform and a state of its own.

    ``name`` is what people call it: ``dev``, or ``bootstrap/123456789012``. ``region`` is where AWS is asked about it.
    A change of what ``is_protected`` must be confirmed with its name. Only what ``is_disposable`` can be destroyed.
    """

    name: str
    folder: Path
    region: str
    is_protected: bool
    is_disposable: bool

    @property
    def data_folder(self) -> Path:
        """The folder for what belongs to this checkout only: the saved plan, the lock and a copy of the state."""
        return terraform_cli.data_folder(self.folder) / "tealform"

    @property
    def label(self) -> str:
        """The folder as messages name it, like ``environments/dev``."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    def command(self, command: str) -> str:
        """Return the command line that runs ``command``, like ``plan``, on this module."""
        return f"tealform {command} {self.name}"

    @contextmanager
    def lock(self, command: str) -> Iterator[None]:
        """Keep other commands of this checkout out of the folder while the ``with`` block lasts.

        Terraform's own lock guards the state, not the folder. The system releases the lock when this process ends,
        however it ends. Raises ``TealformError``, which names the holder, if another command has the lock.
        """
        # Only the owner may read it: a plan contains what the state contains.
        self.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.data_folder / _LOCK_FILE).open("a+", encoding="utf-8") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                stream.seek(0)
                raise TealformError(
                    f"{self.label}: {_describe_holder(stream.read())}; wait until it has ended"
                ) from error
            stream.truncate(0)
            since = datetime.now(UTC).isoformat(timespec="seconds")
            stream.write(json.dumps({"command": command, "process": os.getpid(), "since": since}))
            stream.flush()
            yield


def find(root: Path, name: str) -> GeneratedModule:
    """Return the root module called ``name`` of the project in ``root``.

    Raises ``TealformError`` if it does not exist or is not generated, ``SettingsError`` for invalid settings.
    """
    found = folder(root, name)
    environments.find_generated(found)
    if environments.is_account(name):
        return GeneratedModule(name, found, _region(found), _has_protected(root, found.name), is_disposable=False)
    environment = loader.load(found.parent, name).environment
    return GeneratedModule(name, found, environment.region, environment.protected, environment.disposable)


def folder(root: Path, name: str) -> Path:
    """Return the folder of the root module called ``name``. Raises ``TealformError`` if it does not exist."""
    if not environments.is_account(name):
        environments.require(root, [name])
        return locate(root, name)
    known = environments.list_accounts(root)
    if name not in known:
        choice = f"use {', '.join(known)}" if known else "run: tealform bootstrap"
        raise TealformError(f'there is no "{name}"; {choice}')
    return locate(root, name)


def locate(root: Path, name: str) -> Path:
    """Return the folder of the root module called ``name``, which may not exist."""
    return root / name if environments.is_account(name) else root / "environments" / name


def list_names(root: Path) -> list[str]:
    """Return the names of all root modules of the project in ``root``."""
    return [*environments.list_names(root), *environments.list_accounts(root)]


def _region(folder: Path) -> str:
    for provider in blocks(environments.load_document(folder).get("provider")):
        for aws in blocks(provider.get("aws")):
            if isinstance(aws.get("region"), str) and "alias" not in aws:
                return str(aws["region"])
    raise TealformError(f"{environments.BOOTSTRAP}/{folder.name}/{GENERATED}: names no region; run: tealform bootstrap")


def _has_protected(root: Path, account: str) -> bool:
    """Whether an environment of the account is protected. Settings that cannot be read count as protected."""
    folder = root / "environments"
    try:
        found = [loader.load(folder, name).environment for name in loader.list_environments(folder)]
    except (SettingsError, json.JSONDecodeError):
        return True
    return any(each.protected for each in found if each.account == account)


def _describe_holder(text: str) -> str:
    try:
        found = json.loads(text)
        return f"tealform {found['command']} is running here, process {found['process']}, since {found['since']}"
    except (ValueError, KeyError, TypeError):
        return "another command is running here"
