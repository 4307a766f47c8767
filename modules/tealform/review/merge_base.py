"""The base of a pull request: the commit that it branched off, and the project there."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tealform.errors import TealformError

_KEPT = ("environments", "artifacts", "bootstrap")
_SHORT = 12


@dataclass(frozen=True)
class Base:
    """The ``commit`` where this checkout branched off ``name``, like ``origin/main``."""

    name: str
    commit: str

    def __str__(self) -> str:
        return f"{self.name} ({self.commit[:_SHORT]})"


def find(root: Path, name: str) -> Base:
    """Return the best common ancestor of ``name`` and of what is checked out in ``root``.

    Raises ``TealformError`` if ``root`` is no checkout, ``name`` is no commit, or there is no common ancestor.
    """
    _require_checkout(root)
    commit = _output(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    # ^name excludes a commit.
    if not commit or commit.startswith("^"):
        raise TealformError(f'BASE: "{name}" is no commit that is known here; {_fetch(root, name)}')
    ancestor = _output(root, "merge-base", commit, "HEAD")
    if ancestor:
        return Base(name, ancestor)
    if _output(root, "rev-parse", "--is-shallow-repository") == "true":
        raise TealformError(
            f"BASE: this checkout is shallow, so that it cannot be seen where it and {name} part; "
            "run: git fetch --unshallow (GitHub Actions: fetch-depth: 0 for actions/checkout)"
        )
    raise TealformError(f"BASE: {name} has no commit in common with what is checked out; name the branch it began from")


def changed(root: Path, base: Base) -> list[str]:
    """Return the tracked files of the project that differ from the base, sorted, relative to ``root``."""
    done = _git(root, "diff", "--name-only", "--relative", "-z", "--no-renames", base.commit, "--")
    return sorted(_names(done.stdout))


def export(root: Path, base: Base, folder: Path) -> None:
    """Write the base's environments, artifacts and bootstraps into ``folder``, so that they can be checked there."""
    listed = _git(root, "ls-tree", "-r", "-z", base.commit, "--", *_KEPT).stdout
    for line in _names(listed):
        about, name = line.split("\t", 1)
        mode, _, identity = about.split()
        if mode.startswith("100"):
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(_git(root, "cat-file", "blob", identity).stdout)


def _names(output: bytes) -> list[str]:
    return [os.fsdecode(name) for name in output.split(b"\0") if name]


def _require_checkout(root: Path) -> None:
    done = _run(root, "rev-parse", "--verify", "HEAD")
    if done.returncode:
        lines = os.fsdecode(done.stderr).strip().splitlines()
        raise TealformError(
            f"{root}: git has no commit to look at here ({lines[0] if lines else 'it does not say why'}); "
            "a pull request is checked in a checkout of its branch"
        )


def _fetch(root: Path, name: str) -> str:
    remote, _, branch = name.partition("/")
    if not branch or remote not in (_output(root, "remote") or "").splitlines():
        return "name a branch that was fetched, like origin/main"
    return f"run: git fetch {remote} {branch}:refs/remotes/{name} (GitHub Actions: fetch-depth: 0 for actions/checkout)"


def _output(root: Path, *arguments: str) -> str | None:
    """Return git's output, or ``None`` if it fails."""
    done = _run(root, *arguments)
    return os.fsdecode(done.stdout).strip() if done.returncode == 0 else None


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    done = _run(root, *arguments)
    if done.returncode:
        raise TealformError(f"git {arguments[0]} failed: {os.fsdecode(done.stderr).strip()}")
    return done


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    variables = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        return subprocess.run(["git", *arguments], cwd=root, env=variables, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise TealformError("git is needed to see what a pull request changes, and is not installed") from error
