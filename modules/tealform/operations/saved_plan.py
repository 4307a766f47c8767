"""The plan that ``make plan`` keeps for ``make apply``, and whether it still is what somebody has read."""

from __future__ import annotations

import fnmatch
import getpass
import hashlib
import json
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tealform.errors import TealformError
from tealform.operations.root_module import RootModule
from tealform.synth.atomic_write import write_atomic
from tealform.synth.environments import LOCK_FILE
from tealform.terraform import terraform_cli

_PLAN, _RECORD = "planned.tfplan", "planned.json"
# What Terraform does not read, or writes itself. A change of environment.hcl shows in what is generated from it.
_NOT_CONFIGURATION = ("*.hcl", "*.tfstate", "*.tfstate.*", "*.tfplan", ".*", "*.md")


@dataclass(frozen=True)
class Record:
    """What is known of a plan: digests of it and of what was planned, whether it destroys, who made it and when.

    ``objections`` are the ``identities`` of what the plan guard objected to then: what is allowed is what has been read.
    """

    plan: str
    configuration: str
    destroys: bool
    made_by: str
    made_at: str
    objections: Sequence[Sequence[str]]


class SavedPlan:
    """The plan of a root module, which is there or not."""

    def __init__(self, module: RootModule) -> None:
        self._module = module
        self.file = module.kept / _PLAN
        self._record = module.kept / _RECORD

    @property
    def scratch(self) -> Path:
        """Where Terraform may write a plan that ``keep`` then makes the plan."""
        return self.file.with_name(f"{_PLAN}.new")

    def keep(self, made_from: str, destroys: bool, objections: Sequence[Sequence[str]] = ()) -> None:
        """Makes the plan in ``scratch``, which was made from that ``configuration``, the plan. Its record comes first; see ``drop``."""
        record = Record(
            _digest(self.scratch),
            made_from,
            destroys,
            _who(),
            datetime.now(UTC).isoformat(timespec="seconds"),
            objections,
        )
        write_atomic(json.dumps(asdict(record), indent=2).encode(), self._record)
        self.scratch.replace(self.file)

    def begin(self) -> None:
        """Makes sure that nobody applies the plan again, however the apply that begins now ends.

        Terraform itself notices only once the state has been saved, which takes it up to 20 seconds.
        """
        self._record.unlink(missing_ok=True)

    def drop(self) -> None:
        """Forgets the plan, and one that was never read."""
        # In this order, because a plan without a record is one that somebody has begun to apply.
        for file in (self.file, self._record, self.scratch):
            file.unlink(missing_ok=True)

    def record(self) -> Record:
        """What is known of the plan.

        Raises ``TealformError``, which says what to do, if there is no plan, if it has been begun to apply, if it is not the
        one that was read, or if what it was made from has changed.
        """
        again = f"run: {self._module.command('plan')}"
        if self.file.is_file() and not self._record.exists():
            raise TealformError(
                f"{self._module.shown}: an apply of this plan was broken off, and what it has done may not all be in the "
                f"state; {again}, which shows what is left"
            )
        record = self._read()
        if record is None or not self.file.is_file():
            raise TealformError(f"{self._module.shown}: there is no plan to apply; {again}")
        if record.plan != _digest(self.file):
            raise TealformError(f"{self._module.shown}: the plan is not the one that was read; {again}")
        if record.configuration != configuration(self._module.folder):
            raise TealformError(
                f"{self._module.shown}: the plan is stale: what it was made from, at {record.made_at} by {record.made_by}, "
                f"has changed; {again}"
            )
        return record

    def _read(self) -> Record | None:
        try:
            return Record(**json.loads(self._record.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None


def configuration(folder: Path) -> str:
    """A digest of all that Terraform would read in ``folder``: configuration, what it refers to, and the lock file."""
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
        if parts == (LOCK_FILE,) or (file.is_file() and not any(_is_left_out(part) for part in parts)):
            yield file


def _is_left_out(part: str) -> bool:
    return any(fnmatch.fnmatch(part, pattern) for pattern in _NOT_CONFIGURATION)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _who() -> str:
    name = os.environ.get("USER", "somebody")
    with suppress(OSError, KeyError):  # A container may run as a number without a name.
        name = getpass.getuser()
    return f"{name}@{socket.gethostname()}"
