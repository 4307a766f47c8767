"""The state files of a root module: what an interrupted command left of them, and a copy before each change."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tealform.errors import TealformError
from tealform.operations.root_module import GeneratedModule
from tealform.synth import environments
from tealform.synth.atomic_write import write_atomic
from tealform.synth.terraform_json import blocks

_STATE, _BACKUP = "terraform.tfstate", "before.tfstate"
# Terraform writes this file when it has changed something and could not save the state.
# https://developer.hashicorp.com/terraform/cli/state/recover
_ERRORED = "errored.tfstate"
_MEGABYTE = 1024 * 1024
# Terraform 1.11 overwrites a local state in place, and leaves half of it where the disk is full; it also writes
# errored.tfstate here when another backend is out of reach. A state of hundreds of resources has about a megabyte.
_REQUIRED_BYTES = 100 * _MEGABYTE


def check(module: GeneratedModule) -> None:
    """Raise ``TealformError``, which says what to do, if the state is missing, empty or incomplete."""
    errored, state = module.folder / _ERRORED, module.folder / _STATE
    is_empty = state.is_file() and state.stat().st_size == 0
    if errored.exists() and _read(errored) is not None:
        raise TealformError(
            f"{module.label}/{_ERRORED}: the last command changed things and could not save the state; this file is the "
            f"state. Fix the error that it reported, run: tealform terraform {module.name} state push {_ERRORED}; then "
            f"move the file away"
        )
    if errored.exists() or (state.is_file() and not is_empty and _read(state) is None):
        raise TealformError(
            f"{module.label}/{_STATE}: could not be saved whole, as on a full disk; {_describe_copy(module)}. Terraform may "
            f"have printed the state when it failed: that is the newest. What it made since wants «terraform import». "
            f"Then remove {_ERRORED} if it is there"
        )
    full = (copy for copy, content in _complete_copies(module) if content.get("resources"))
    if is_empty and _is_local(module) and (copy := next(full, None)):
        raise TealformError(
            f"{module.label}/{_STATE}: is empty, so that all would be made a second time; {module.label}/{copy} is the "
            f"state before the last change: copy it over {_STATE}. If nothing of it is there any more, remove "
            f"{_STATE}"
        )


def back_up(module: GeneratedModule) -> None:
    """Copy a local state before it changes. Raises ``TealformError`` if the disk has less than 100 MB free."""
    free = shutil.disk_usage(module.folder).free
    if free < _REQUIRED_BYTES:
        raise TealformError(
            f"{module.label}: the disk has {free // _MEGABYTE} MB left, and Terraform may not be able to save the state; make "
            f"room for {_REQUIRED_BYTES // _MEGABYTE} MB first. Nothing was done"
        )
    state = module.folder / _STATE
    if state.is_file():
        write_atomic(state.read_bytes(), module.data_folder / _BACKUP)


def _read(state: Path) -> dict[str, Any] | None:
    """Return the content of a state, or ``None`` if it is not complete."""
    try:
        content = json.loads(state.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _is_local(module: GeneratedModule) -> bool:
    """Whether the state is in this folder. Moving it elsewhere leaves an empty file here, and a copy of the state."""
    for terraform in blocks(environments.load_document(module.folder).get("terraform")):
        if "cloud" in terraform or any("local" not in backend for backend in blocks(terraform.get("backend"))):
            return False
    return True


def _describe_copy(module: GeneratedModule) -> str:
    for copy, _ in _complete_copies(module):
        return f"{module.label}/{copy} is the state before the last change: copy it over {_STATE}"
    return "there is no whole copy of it here; take it from where you keep backups"


def _complete_copies(module: GeneratedModule) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the complete copies of the state before the last change, the newest first, with their content."""
    for copy in (os.path.relpath(module.data_folder / _BACKUP, module.folder), f"{_STATE}.backup"):
        file = module.folder / copy
        if file.is_file() and (content := _read(file)) is not None:
            yield copy, content
