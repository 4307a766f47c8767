"""The commits, branches and files of one CodeCommit repository."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from moto.core.exceptions import JsonRESTError

from tealform_harness.aws_emulator.archive import pack

Mode = Literal["NORMAL", "EXECUTABLE", "SYMLINK"]

_GIT_MODES: Mapping[str, int] = {"NORMAL": 0o100644, "EXECUTABLE": 0o100755, "SYMLINK": 0o120000}


@dataclass(frozen=True)
class File:
    """What a path holds in a commit."""

    content: bytes
    mode: Mode = "NORMAL"

    @property
    def blob_id(self) -> str:
        """The name that git gives to the content."""
        return hashlib.sha1(b"blob %d\0" % len(self.content) + self.content).hexdigest()


@dataclass(frozen=True)
class Commit:
    """One state of all files, with what is said about it."""

    parents: tuple[str, ...]
    files: Mapping[str, File]
    message: str
    name: str
    email: str
    date: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def tree_id(self) -> str:
        """The same for the same files."""
        listing = [f"{file.mode} {file.blob_id} {path}" for path, file in sorted(self.files.items())]
        return hashlib.sha1("\n".join(listing).encode()).hexdigest()

    @property
    def commit_id(self) -> str:
        """40 hexadecimal digits, as git's; another for other files, parents, words or time."""
        said = [self.tree_id, *self.parents, self.name, self.email, self.date.isoformat(), self.message]
        return hashlib.sha1("\n".join(said).encode()).hexdigest()

    def archive(self) -> bytes:
        """The files as a ZIP: the same bytes for the same files."""
        return pack(
            {path: file.content for path, file in self.files.items()},
            {path: _GIT_MODES[file.mode] for path, file in self.files.items()},
        )


@dataclass(frozen=True)
class Change:
    """What a commit changes: files that are put, and paths that are deleted."""

    put: Mapping[str, File]
    delete: Iterable[str] = ()

    def apply_to(self, files: Mapping[str, File]) -> dict[str, File]:
        """``files`` after the change; raises what CreateCommit says of a path to delete that is not there."""
        for path in self.delete:
            if path not in files:
                raise JsonRESTError("FileDoesNotExistException", f"{path} does not exist")
        remaining = {path: file for path, file in files.items() if path not in set(self.delete)}
        return {**remaining, **self.put}


class History:
    """Branches by name, each the id of a commit, and all commits by id."""

    def __init__(self) -> None:
        self.branches: dict[str, str] = {}
        self.commits: dict[str, Commit] = {}

    def commit(self, branch: str, parent: str | None, change: Change, said: tuple[str, str, str]) -> Commit:
        """Put a commit on top of ``branch``; ``said`` is its message, and its author's name and address.

        ``parent`` must be the top of the branch; in an empty repository there is none, and the branch is created.
        Raises what CreateCommit refuses:
        https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateCommit.html
        """
        files = self._files_to_change(branch, parent)
        after = change.apply_to(files)
        if after == files:
            raise JsonRESTError("NoChangeException", "The commit cannot be created because nothing would change")
        commit = Commit((parent,) if parent else (), after, *said)
        self.commits[commit.commit_id] = commit
        self.branches[branch] = commit.commit_id
        return commit

    def create_branch(self, branch: str, commit_id: str) -> None:
        """https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateBranch.html."""
        if branch in self.branches:
            raise JsonRESTError("BranchNameExistsException", f"{branch} already exists")
        if commit_id not in self.commits:
            raise JsonRESTError("CommitDoesNotExistException", f"{commit_id} does not exist")
        self.branches[branch] = commit_id

    def branch(self, name: str) -> str:
        """The id of the commit on top of a branch."""
        if name not in self.branches:
            raise JsonRESTError("BranchDoesNotExistException", f"{name} does not exist")
        return self.branches[name]

    def find_commit(self, specifier: str) -> tuple[str, Commit]:
        """The commit, and its id, that an id, a branch or a full reference ("refs/heads/main") names."""
        commit_id = self.branches.get(specifier.removeprefix("refs/heads/"), specifier)
        if commit_id not in self.commits:
            raise JsonRESTError("CommitDoesNotExistException", f"{specifier} does not exist")
        return commit_id, self.commits[commit_id]

    def _files_to_change(self, branch: str, parent: str | None) -> Mapping[str, File]:
        if not self.commits:
            return {}
        top = self.branch(branch)
        if parent is None:
            message = f"A parent commit ID is required; the branch {branch} is at {top}"
            raise JsonRESTError("ParentCommitIdRequiredException", message)
        if parent not in self.commits:
            raise JsonRESTError("ParentCommitDoesNotExistException", f"{parent} does not exist")
        if parent != top:
            message = f"{parent} is not the tip of {branch}, which is {top}"
            raise JsonRESTError("ParentCommitIdOutdatedException", message)
        return self.commits[top].files
