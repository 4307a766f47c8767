"""What a command that was interrupted has left, and what to do about it before anything else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tealform.errors import TealformError
from tealform.operations import state_backup
from tealform.operations.root_module import RootModule
from tealform.operations.state_backup import LOCAL_STATE
from tealform.synth import environments
from tealform.synth.terraform_json import blocks

# Terraform writes this when it has changed something and could not save the state.
# https://developer.hashicorp.com/terraform/cli/state/recover
_ERRORED = "errored.tfstate"


def check(module: RootModule) -> None:
    """Raises ``TealformError`` if the state is not where or what it should be, with what to do."""
    errored, state = module.folder / _ERRORED, module.folder / LOCAL_STATE
    is_empty = state.is_file() and state.stat().st_size == 0
    if errored.exists() and _is_whole(errored):
        raise TealformError(
            f"{module.shown}/{_ERRORED}: the last command changed things and could not save the state; this file is the "
            f'state. See to what it said then, and run: make terraform ENV={module.name} ARGS="state push {_ERRORED}"; '
            f"then move the file away"
        )
    if errored.exists() or (state.is_file() and not is_empty and not _is_whole(state)):
        raise TealformError(
            f"{module.shown}/{LOCAL_STATE}: could not be saved whole, as on a full disk; {_last_whole(module)}. Terraform may "
            f"have printed the state when it failed: that is the newest. What it made since wants «terraform import». "
            f"Then remove {_ERRORED} if it is there"
        )
    if is_empty and _is_kept_here(module) and (full := _full_copy(module)):
        raise TealformError(
            f"{module.shown}/{LOCAL_STATE}: is empty, so that all would be made a second time; {module.shown}/{full} is the "
            f"state before the last change: copy it over {LOCAL_STATE}. If nothing of it is there any more, remove "
            f"{LOCAL_STATE}"
        )


def _is_whole(state: Path) -> bool:
    return _content(state) is not None


def _content(state: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(state.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _is_kept_here(module: RootModule) -> bool:
    """Not so where the state has been moved elsewhere, which leaves an empty file here, and the copy of it."""
    for terraform in blocks(environments.load_document(module.folder).get("terraform")):
        if "cloud" in terraform or any("local" not in backend for backend in blocks(terraform.get("backend"))):
            return False
    return True


def _full_copy(module: RootModule) -> str | None:
    return next((copy for copy, content in _whole_copies(module) if content.get("resources")), None)


def _last_whole(module: RootModule) -> str:
    for copy, _ in _whole_copies(module):
        return f"{module.shown}/{copy} is the state before the last change: copy it over {LOCAL_STATE}"
    return "there is no whole copy of it here; take it from where you keep backups"


def _whole_copies(module: RootModule) -> Iterator[tuple[str, dict[str, Any]]]:
    for copy in state_backup.copies(module):
        file = module.folder / copy
        if file.is_file() and (content := _content(file)) is not None:
            yield copy, content
