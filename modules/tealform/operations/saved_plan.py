"""The plan that ``tealform plan`` keeps for ``tealform apply``, and whether it is still the one that was read."""

from __future__ import annotations

import fnmatch
import getpass
import hashlib
import json
import os
import socket
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tealform.errors import TealformError
from tealform.operations.root_module import GeneratedModule
from tealform.synth.atomic_write import write_atomic
from tealform.synth.environments import LOCK_FILE
from tealform.terraform import terraform_cli

_PLAN, _RECORD = "planned.tfplan", "planned.json"
# Files that Terraform does not read, or writes itself. A change of environment.hcl changes the generated file.
_NOT_CONFIGURATION = ("*.hcl", "*.tfstate", "*.tfstate.*", "*.tfplan", ".*", "*.md")


@dataclass(frozen=True)
class PlanRecord:
    """The record of a plan: digests of it and of its configuration, whether it destroys everything, its author and time.

    ``objections`` are the ``identities`` of the plan guard's objections that the author has read and can allow.
    """

    plan: str
    configuration: str
    destroys: bool
    made_by: str
    made_at: str
    objections: Sequence[Sequence[str]]


class SavedPlan:
    """The plan of a root module, which may not exist."""

    def __init__(self, module: GeneratedModule) -> None:
        self._module = module
        self.file = module.data_folder / _PLAN
        self._record = module.data_folder / _RECORD

    @property
    def scratch(self) -> Path:
        """The file that Terraform writes a new plan to. ``keep`` makes it the plan."""
        return self.file.with_name(f"{_PLAN}.new")

    def keep(self, made_from: str, destroys: bool, objections: Sequence[Sequence[str]] = ()) -> None:
        """Make the plan in ``scratch`` the plan. ``made_from`` is the digest of its configuration.

        The record is written first, because a plan without a record is one whose apply has begun.
        """
        record = PlanRecord(
            _digest(self.scratch),
            made_from,
            destroys,
            f"{_user_name()}@{socket.gethostname()}",
            datetime.now(UTC).isoformat(timespec="seconds"),
            objections,
        )
        write_atomic(json.dumps(asdict(record), indent=2).encode(), self._record)
        self.scratch.replace(self.file)

    def begin(self) -> None:
        """Ensure that the plan is not applied again, however the apply that begins now ends.

        Terraform itself notices only once the state is saved, which takes up to 20 seconds.
        """
        self._record.unlink(missing_ok=True)

    def drop(self) -> None:
        """Delete the plan, and a new one that was never read."""
        # In this order; see keep.
        for file in (self.file, self._record, self.scratch):
            file.unlink(missing_ok=True)

    def record(self) -> PlanRecord:
        """Return the record of the plan.

        Raises ``TealformError``, which says what to do, if there is no plan, if its apply has begun, if it is not the one
        that was read, or if its configuration has changed.
        """
        again = f"run: {self._module.command('plan')}"
        if self.file.is_file() and not self._record.exists():
            raise TealformError(
                f"{self._module.label}: an apply of this plan was broken off, and what it has done may not all be in the "
                f"state; {again}, which shows what is left"
            )
        record = self._read()
        if record is None or not self.file.is_file():
            raise TealformError(f"{self._module.label}: there is no plan to apply; {again}")
        if record.plan != _digest(self.file):
            raise TealformError(f"{self._module.label}: the plan is not the one that was read; {again}")
        if record.configuration != digest_configuration(self._module.folder):
            raise TealformError(
                f"{self._module.label}: the plan is stale: what it was made from, at {record.made_at} by {record.made_by}, "
                f"has changed; {again}"
            )
        return record

    def _read(self) -> PlanRecord | None:
        try:
            return PlanRecord(**json.loads(self._record.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None


def digest_configuration(folder: Path) -> str:
    """Return a digest of all that Terraform would read in ``folder``: configuration, files it refers to, the lock file."""
    digest = hashlib.sha256()
    for file in _configuration_files(folder):
        digest.update(f"{file.relative_to(folder).as_posix()}\0{_digest(file)}\0".encode())
    return digest.hexdigest()


def _configuration_files(folder: Path) -> Iterator[Path]:
    data = Path(os.path.relpath(terraform_cli.data_folder(folder), folder)).parts
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        if data and parts[: len(data)] == data:
            continue
        left_out = any(fnmatch.fnmatch(part, pattern) for part in parts for pattern in _NOT_CONFIGURATION)
        if parts == (LOCK_FILE,) or (file.is_file() and not left_out):
            yield file


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # A container can run as a number without a name.
        return "somebody"
