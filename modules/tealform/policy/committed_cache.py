"""What the gate believes without making it anew may not come with the repository: whoever sends a change could bring it along."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tealform.errors import TealformError

# Some file systems do not tell .Cache from .cache; and Python runs what it once compiled, whatever the code says now.
_BELIEVED = (":(icase).cache", ":(icase).venv", ":(icase).venv-checkov", ":(glob)**/__pycache__/**")


def check(root: Path) -> None:
    """Raises ``TealformError`` if results, or what judges, are committed, or if git does not say.

    A project that is not in git has none.
    """
    try:
        done = subprocess.run(["git", "ls-files", "-z", "--", *_BELIEVED], cwd=root, capture_output=True, check=False)
    except FileNotFoundError:
        return
    if done.returncode and any((folder / ".git").exists() for folder in (root.absolute(), *root.absolute().parents)):
        raise TealformError(f"git does not say whether kept results are committed: {os.fsdecode(done.stderr).strip()}")
    if planted := os.fsdecode(done.stdout).partition("\0")[0]:
        raise TealformError(
            f"{planted} is committed, and would be believed without being made anew; run: git rm -r --cached {planted}"
        )
