"""Repositories that are hosted elsewhere: on GitHub, GitLab or Bitbucket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tealform_harness.aws_emulator.codecommit.history import Commit, File

_AUTHOR = ("somebody", "somebody@example.com")


@dataclass(frozen=True)
class Push:
    """What a host tells of a push: a branch or a tag, its commit, and the paths of the files that differ from before."""

    repository: str
    commit_id: str
    branch: str | None = None
    tag: str | None = None
    changed: frozenset[str] = frozenset()


@dataclass
class HostedRepository:
    """A repository by its full name («example/shop»): branches and tags by name, each the id of a commit."""

    full_name: str
    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def push(self, branch: str, files: Mapping[str, bytes], message: str) -> Push:
        """Puts a commit with exactly ``files`` on ``branch``; a new branch begins at the first one."""
        parent = self.branches.get(branch) or next(iter(self.branches.values()), None)
        before = {path: file.content for path, file in self.commits[parent].files.items()} if parent else {}
        commit = Commit(
            (parent,) if parent else (), {path: File(content) for path, content in files.items()}, message, *_AUTHOR
        )
        self.commits[commit.commit_id] = commit
        self.branches[branch] = commit.commit_id
        changed = {path for path in {*before, *files} if before.get(path) != files.get(path)}
        return Push(self.full_name, commit.commit_id, branch=branch, changed=frozenset(changed))

    def push_tag(self, tag: str, branch: str) -> Push:
        """Tags the newest commit of ``branch``."""
        self.tags[tag] = self.branches[branch]
        return Push(self.full_name, self.tags[tag], tag=tag)
